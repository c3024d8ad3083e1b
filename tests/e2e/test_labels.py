"""Labels from an export to a promoted model, with real DVC and Git: what retrains and what does not, and conflicts settled by a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import command, git
from support.label_world import LABELS, export, files
from support.projects import TARGET
from support.promotion_world import World, make_trained, run

pytestmark = pytest.mark.e2e
FOLDER, SPLIT = "pipelines/labels/ticket-topics", "pipelines/models/topics/split.json"
DISAGREE = {0: ["billing", "login", "billing"], 1: ["login", "other"]}
BRANCH = "mlspec/promote/staging/topics/v1.0.0"
DEPLOYMENT = """\
apiVersion: mlspec/v1
kind: Deployment
metadata: {name: topics, environment: staging}
spec: {model: topics, target: local-rest}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> World:
    everything = files(DISAGREE) | {"specs/local-rest.yaml": TARGET, "environments/staging/topics.yaml": DEPLOYMENT}
    return make_trained(tmp_path_factory.mktemp("labels"), everything | {"requirements.lock": "# locked\n"})


@pytest.fixture
def root(trained: World, tmp_path: Path) -> Path:
    return trained.copy(tmp_path).root


def known(root: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((root / SPLIT).read_text())["labels"]
    return found


def test_a_new_export_of_the_same_labels_trains_nothing(root: Path) -> None:
    assert known(root) == {"labelled": 119, "unlabelled": 41}
    assert "119 of 160 rows labelled, 1 conflict open" in run(root, "status", check=0).out
    labels = (root / FOLDER / "labels.parquet").read_bytes()
    (root / "labels/export.json").write_text(export(DISAGREE, first=9000, backwards=True, day="2025-02-03"))
    assert "labels/export.json changed" in run(root, "plan").out
    done = run(root, "run", check=0)
    assert "labels/ticket-topics: labels" in done.text
    assert "train     running" not in done.text
    assert (root / FOLDER / "labels.parquet").read_bytes() == labels
    assert git(root, "status", "--porcelain").split() == ["M", "labels/export.json", "M", f"{FOLDER}/dvc.lock"]
    assert "up to date" in run(root, "run", check=0).out


def test_a_conflict_is_settled_by_a_line_and_trains_again(root: Path) -> None:
    assert (root / FOLDER / "conflicts.csv").read_text().splitlines()[1] == "1,,open,login: 1; other: 1"
    (root / "labels/adjudicated.csv").write_text("ticket_id,topic,why\n1,login,the second mail says so\n")
    plan = run(root, "plan").out
    assert "labels/adjudicated.csv changed" in plan
    assert "after labels/ticket-topics:labels" in plan
    assert "train     running" in run(root, "run", check=0).text
    assert known(root) == {"labelled": 120, "unlabelled": 40}


def test_too_little_agreement_stops_before_training_and_leaves_the_last_labels(root: Path) -> None:
    labels = (root / FOLDER / "labels.parquet").read_bytes()
    (root / "specs/ticket-topics.yaml").write_text(LABELS + "  minAgreement: 0.99\n")
    run(root, "apply", check=0)
    done = run(root, "run", check=1)
    assert "error[MLS0696]: Krippendorff's alpha is 0.98" in done.text
    assert "train     running" not in done.text
    assert (root / FOLDER / "labels.parquet").read_bytes() == labels


def test_it_is_promoted_proven_and_traced_to_its_labels(trained: World, tmp_path: Path) -> None:
    """`verify` makes the labels again from the export, in a checkout of its own; `lineage` goes both ways."""
    world = trained.copy(tmp_path)
    run(world.root, "promote", "model/topics", "--to", "staging", check=0)
    world.propose(BRANCH)
    assert world.verify().code == 0
    git(world.root, "push", "--quiet", "origin", "main")
    assert "labels/export.json" in run(world.root, "lineage", "topics@v1.0.0", check=0).out
    assert "topics@v1.0.0" in run(world.root, "lineage", "labels/ticket-topics", check=0).out


def test_labels_that_do_not_come_out_of_the_export_are_refused(trained: World, tmp_path: Path) -> None:
    """A record whose labels were forged: the split was made from a labels.parquet that the export does not give."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    world = trained.copy(tmp_path)
    path = world.root / FOLDER / "labels.parquet"
    rows = pq.read_table(path)
    path.unlink()
    forged = pa.table({"ticket_id": rows["ticket_id"], "topic": ["other", *rows["topic"].to_pylist()[1:]]})
    pq.write_table(forged, path)
    command(world.root, "dvc", "commit", "--force", f"{FOLDER}/dvc.yaml", check=0)
    world.train("Train on forged labels")
    run(world.root, "promote", "model/topics", "--to", "staging", check=0)
    world.propose(BRANCH)
    world.refused(world.verify(), "MLS0747", "train.parquet", "the first that differs is pipelines/labels/ticket-topics/labels.parquet")


def test_rows_to_label_next_and_labels_that_are_likely_wrong(root: Path, tmp_path: Path) -> None:
    """Two labels are turned round in the export: they are suspects. Doubtful rows go out as tasks with predictions, without what is known."""
    said = DISAGREE | {9: ["other"] * 3, 5: ["billing"] * 3}
    (root / "labels/export.json").write_text(export(said))
    run(root, "run", check=0)
    found = run(root, "labels", "suspects", check=0).out
    assert "2 suspects of 119 labels" in found
    assert [line.split()[:3] for line in found.splitlines()[-2:]] == [["9", "other", "billing"], ["5", "billing", "other"]]
    run(root, "labels", "suspects", "--out", str(tmp_path / "s.csv"), check=0)
    assert (tmp_path / "s.csv").read_text().splitlines()[1].startswith("9,other,billing,0.")

    done = run(root, "labels", "next", "--rows", "6", "--out", str(tmp_path / "t.json"), check=0)
    assert "6 of them are tasks of the export" in done.text
    tasks = json.loads((tmp_path / "t.json").read_text())
    assert len({t["data"]["ticket_id"] for t in tasks}) == 6
    assert all(t["data"]["ticket_id"] >= 120 and t["data"]["text"] for t in tasks)
    assert {t["predictions"][0]["result"][0]["from_name"] for t in tasks} == {"topic"}
    first = run(root, "labels", "next", "--rows", "1", "--by", "doubt", check=0).out
    assert "1 row of 40 without a label, by topics " in first
    run(root, "labels", "next", "labels/nothing", check=1)
