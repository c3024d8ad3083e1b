"""What came back of a task is taken as it was made, and in no other form."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.shared import Shared, copy_into
from support.trained import trained_of

from mlspec.diagnostics import Problems
from mlspec.pipelines.content import Contents
from mlspec.pipelines.engines.accept import read_answer, take
from mlspec.pipelines.engines.bundle import Bundle
from mlspec.pipelines.engines.carried import carried
from mlspec.pipelines.engines.forms import Answer, to_bytes
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.results import results_of
from mlspec.pipelines.workspace import open_workspace

FOLDER = "pipelines/models/demand"
LOCK = f"{FOLDER}/dvc.lock"
Files = dict[str, bytes]


class Trained:
    """The trained project, as it would be after its model's task was sent."""

    def __init__(self, home: Path) -> None:
        self.root = home / "project"
        workspace = open_workspace(self.root)
        own = workspace.graph.pipeline("model/demand")
        assert own is not None
        part = closure(workspace.graph, ["model/demand"])
        self.files: Files = results_of(self.root, workspace.graph, "model/demand")
        self.bundle = Bundle(own, b"", carried(self.root, part, own, "requirements.lock", lambda _: None))
        del self.bundle.carried.files[LOCK]


@pytest.fixture(scope="module")
def once(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    home = tmp_path_factory.mktemp("accept") / "home"
    copy_into(trained_of(shared), home)
    return Trained(home)


def lock(old: str, new: str) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        text = files[LOCK].decode()
        assert old in text
        return files | {LOCK: text.replace(old, new, 1).encode()}

    return change


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a file of nobody's": (lambda f: f | {f"{FOLDER}/dvc.yaml": b""}, "is no result of its"),
    "a file of another object": (lambda f: f | {"pipelines/data/sales/dvc.lock": b""}, "is no result of its"),
    "a workflow": (lambda f: f | {".github/workflows/x.yml": b""}, "is no result of its"),
    "a missing file": (lambda f: {p: c for p, c in f.items() if not p.endswith("metrics.json")}, "metrics.json` is missing"),
    "no lock": (lambda f: {p: c for p, c in f.items() if p != LOCK}, "dvc.lock` is missing"),
    "a file that is large": (lambda f: f | {f"{FOLDER}/metrics.json": b" " * (21 << 20)}, "more than"),
    "a file that is no text": (lambda f: f | {f"{FOLDER}/metrics.json": b"\xff"}, "no UTF-8"),
    "a lock cut off": (lambda f: f | {LOCK: f[LOCK][: len(f[LOCK]) // 2]}, "its dvc.lock"),
    "no lock at all": (lambda f: f | {LOCK: b"[]\n"}, "can't be read"),
    "a stage more": (lambda f: f | {LOCK: f[LOCK] + b"  more:\n    cmd: rm\n"}, "has a stage `more`"),
    "another command": (lock("cmd: python -m mlspec.runtime train", "cmd: python -m evil"), "stage train: another command"),
    "another parameter": (lock("alpha: 1.0", "alpha: 2.0"), "estimator.params.alpha"),
    "better numbers": (lambda f: f | {f"{FOLDER}/metrics.json": b'{"mae": 0}\n'}, "metrics.json is not what came back"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forgery_is_refused_and_nothing_is_written(once: Trained, case: str) -> None:
    change, why = FORGERIES[case]
    before = (once.root / LOCK).stat().st_mtime_ns
    with pytest.raises(Problems) as caught:
        take(once.root, once.bundle, change(dict(once.files)))
    [told] = caught.value.diagnostics
    assert told.code == "MLS0534" and why in told.message, told.message
    assert (once.root / LOCK).stat().st_mtime_ns == before


def md5_in_lock(once: Trained, path: str) -> str:
    found = Contents(once.root).md5(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("pipelines/data/sales/valid.parquet", "stage split: pipelines/data/sales/valid.parquet is not what was sent"),
        ("requirements.lock", "stage split: requirements.lock is not what was sent"),
        (f"{FOLDER}/train.parquet", "is not what was sent"),
        (f"{FOLDER}/predictions.parquet", "predictions.parquet is not in the DVC remote"),
    ],
)
def test_another_input_or_an_output_that_is_nowhere_is_refused(once: Trained, path: str, why: str) -> None:
    forged = lock(md5_in_lock(once, path), "0" * 32)(dict(once.files))
    with pytest.raises(Problems, match="MLS0534") as caught:
        take(once.root, once.bundle, forged)
    assert why in str(caught.value)


def test_what_is_sound_is_written_and_its_outputs_are_brought_and_kept(once: Trained) -> None:
    kept = {p: (once.root / p).read_bytes() for p in (f"{FOLDER}/test.parquet", f"{FOLDER}/model/model.joblib", *once.files)}
    cache = {p.relative_to(once.root): p.read_bytes() for p in sorted((once.root / ".dvc/cache/files").rglob("*")) if p.is_file()}
    for path in kept:
        (once.root / path).unlink()
    shutil.rmtree(once.root / ".dvc/cache/files")
    take(once.root, once.bundle, once.files)
    assert {p: (once.root / p).read_bytes() for p in kept} == kept
    mine = {p for p in cache if (once.root / p).is_file()}
    assert len(mine) >= 10 and all((once.root / p).read_bytes() == cache[p] for p in mine)
    assert not open_workspace(once.root).plan.pending
    assert {s.status for s in open_workspace(once.root).stages if s.ref == "model/demand"} == {"current"}


def test_an_answer_of_another_object_is_refused(once: Trained) -> None:
    for content in (b"", b"garbage", to_bytes(Answer(ref="model/other", status="ok"), {})):
        with pytest.raises(Problems, match="MLS0534"):
            read_answer(once.bundle, content)
    assert read_answer(once.bundle, to_bytes(Answer(ref="model/demand", status="ok"), {}))[0].status == "ok"
