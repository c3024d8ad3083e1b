"""Evidence forged through dvc.lock, consistent in itself, merged, and promoted by a client that looks away: the check refuses.

The check has the commit and DVC's store, nothing else: whether stages are current, and what the rows are, it finds out by itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from support.cli import command
from support.promotion_world import LOCK, World, commit, git, replace, run

pytestmark = pytest.mark.e2e
FOLDER, SALES = "pipelines/models/demand", "pipelines/data/sales"


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def put(world: World, path: str, old: str) -> None:
    """What a forger does with an output that was exchanged: its bytes into the store, its md5 and size into every lock file."""
    file = world.root / path
    new = md5(file)
    assert new != old, f"{path} was not changed"
    for store in (world.root / ".dvc/cache", world.storage):
        place = store / "files/md5" / new[:2] / new[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())
    entry = re.compile(
        rf"(path: (?:\S*/)?{re.escape(file.name)}\s+hash: md5\s+md5: ){old}(\s+size: )\d+"
    )  # other outputs may have its bytes
    for lock in (world.root / "pipelines").rglob("dvc.lock"):
        lock.write_text(entry.sub(rf"\g<1>{new}\g<2>{file.stat().st_size}", lock.read_text()))


def exchange(world: World, path: str, edit: Callable[[pd.DataFrame], pd.DataFrame], **options: str) -> None:
    """Exchange the rows of a Parquet output; columns and types stay."""
    file = world.root / path
    old, table = md5(file), pq.ParquetFile(file).read()
    file.unlink()  # it may be a link into DVC's cache
    pq.write_table(pa.Table.from_pandas(edit(table.to_pandas()), table.schema, preserve_index=False), file, **options)
    put(world, path, old)


def merge(world: World) -> None:
    """Merge the forgery, promote it with a client that does not ask whether stages are stale, and check the promotion out."""
    commit(world.root, "Locks and metrics")
    git(world.root, "push", "--quiet", "origin", "main")
    with patch("mlspec.promotion.choose.require_trained"):
        world.promote()
    world.propose()


def predicted(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the model's own answers as labels."""
    answers = pd.read_parquet(world.root / FOLDER / "predictions.parquet")["predicted"]
    return rows.assign(count=answers.round().astype(rows["count"].dtype))


def one_more(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(count=rows["count"] + 1)


def test_the_specs_say_something_else(better: World) -> None:
    """F1: main says alpha 3.0, and the model was trained with 1.0."""
    replace(better.root, "specs/demand.yaml", "alpha: 1.0", "alpha: 3.0")
    run(better.root, "apply", check=0)
    merge(better)
    better.refused(better.verify(), "MLS0707", "model/demand train would run", "alpha: 1.0 -> 3.0")


def test_the_source_went_on(better: World) -> None:
    """The same for the data: a row came, and no stage ran."""
    with (better.root / "data/sales.csv").open("a") as file:
        file.write("2024-12-01,north,2.0,60\n")
    merge(better)
    better.refused(better.verify(), "MLS0707", "source/sales ingest would run", "data/sales.csv changed")


def test_test_labels_that_are_the_models_own_answers(better: World) -> None:
    """F2: plan finds everything current, since the lock files agree with each other."""
    exchange(better, f"{FOLDER}/test.parquet", lambda rows: predicted(better, rows))
    assert run(better.root, "plan", "--exit-code").code == 0
    merge(better)
    better.refused(better.verify(), "MLS0747", f"{FOLDER}/test.parquet does not come out", "other values in count")


def test_test_rows_left_out(better: World) -> None:
    exchange(better, f"{FOLDER}/test.parquet", lambda rows: rows.iloc[: len(rows) - 5])
    merge(better)
    better.refused(better.verify(), "MLS0747", f"{FOLDER}/test.parquet", "rows, then")


def test_other_training_rows(better: World) -> None:
    exchange(better, f"{FOLDER}/train.parquet", one_more)
    merge(better)
    better.refused(better.verify(), "MLS0747", f"{FOLDER}/train.parquet", "other values in count")


def test_other_valid_rows_split_as_declared(better: World) -> None:
    """One step earlier: train and test follow from rows that don't follow from the source."""
    old = {name: md5(better.root / FOLDER / name) for name in ("train.parquet", "test.parquet")}
    figures = (better.root / FOLDER / "split.json").read_bytes()
    exchange(better, f"{SALES}/valid.parquet", one_more)
    for name in old:
        (better.root / FOLDER / name).unlink()
    split(better)
    assert (better.root / FOLDER / "split.json").read_bytes() == figures
    for name, before in old.items():
        put(better, f"{FOLDER}/{name}", before)
    assert run(better.root, "plan", "--exit-code").code == 0
    merge(better)
    better.refused(better.verify(), "MLS0747", f"{FOLDER}/train.parquet", f"the first that differs is {SALES}/valid.parquet")


def split(world: World) -> None:
    from mlspec.runtime.__main__ import run_stage

    run_stage("split", world.root / FOLDER)


def test_other_figures_of_the_split(better: World) -> None:
    path = better.root / FOLDER / "split.json"
    old, figures = md5(path), json.loads(path.read_text())
    figures["test"]["rows"] += 1000
    path.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
    lock = better.root / LOCK
    lock.write_text(lock.read_text().replace(old, md5(path)))
    merge(better)
    better.refused(better.verify(), "MLS0747", "split.json")


def test_the_same_rows_in_other_bytes(better: World) -> None:
    """Another version of a library may write other bytes: rows are compared."""
    exchange(better, f"{FOLDER}/test.parquet", lambda rows: rows, compression="gzip")
    exchange(better, f"{FOLDER}/train.parquet", lambda rows: rows, compression="gzip")
    merge(better)
    assert better.verify().code == 0


def test_on_a_machine_without_any_data(proposed: World) -> None:
    """What CI has: a clone, and the DVC remote. Nothing is left behind."""
    git(proposed.root, "push", "--quiet", "origin", "main:refs/heads/change")
    clone = proposed.clone("clone", "--branch", "change")
    result = run(clone, "verify", "--base", "origin/main")
    assert result.code == 0, result.text
    assert not list((clone / ".mlspec/cache").glob("checkout-*"))
    assert git(clone, "status", "--porcelain") == ""


def test_working_tree_plays_no_part(better: World) -> None:
    """Bytes in the checkout's own folders, put there by hand, decide nothing."""
    merge(better)
    (better.root / SALES / "valid.parquet").unlink(missing_ok=True)
    (better.root / SALES / "valid.parquet").write_text("nonsense")
    assert better.verify().code == 0


def test_a_weak_baseline(better: World) -> None:
    """Trained on other labels, and recorded as if the stage had made it: every comparison with it would be easy."""
    from mlspec.runtime.train import train_baseline

    folder = better.root / FOLDER
    params = yaml.safe_load((folder / "params.yaml").read_text())["train"]
    rows = pd.read_parquet(folder / "train.parquet")
    shutil.rmtree(folder / "baseline")
    train_baseline(better.root, params, rows.assign(count=rows["count"] * 0), folder / "baseline")
    command(better.root, "dvc", "commit", "--force", "--quiet", f"{FOLDER}/dvc.yaml", check=0)
    command(better.root, "dvc", "push", "--quiet", check=0)
    merge(better)
    better.refused(better.verify(), "MLS0749", "the baseline sha256:")
