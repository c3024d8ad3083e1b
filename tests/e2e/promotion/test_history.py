"""History of a real project: a promotion, a rollback, and what at, diff and lineage tell of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.promotion_world import World, git, read, run
from support.shared import Shared

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def rolled_back(proposed_once: World, shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> World:
    """v1.1.0 replaced v1.0.0 in staging, and was rolled back."""

    def make(home: Path) -> None:
        world = proposed_once.copy(home)
        world.merge()
        run(world.root, "rollback", "deployment/staging/demand", "--reason", "too low on\x1b[31m Sundays", check=0)
        world.merge("mlspec/rollback/staging/demand/v1.0.0")

    return World(shared.once("rolled-back", make)).copy(tmp_path_factory.mktemp("history"))


def told(world: World, *words: str) -> Any:
    return json.loads(run(world.root, *words, "--format", "json", check=0).out)


def test_history_tells_promotions_and_the_rollback_with_its_reason_and_hold(rolled_back: World) -> None:
    form = told(rolled_back, "history", "model/demand")
    assert [v["version"] for v in form["versions"]] == ["v1.1.0", "v1.0.0"]
    assert form["versions"][0]["createdBy"] == "Ada <ada@example.org>"
    assert form["versions"][0]["commit"] == read(rolled_back.root, "registry/demand/v1.1.0.yaml")["commit"]
    periods = [(p["version"], p["how"], p["until"] is None) for p in form["periods"]]
    assert periods == [("v1.0.0", "rollback", True), ("v1.1.0", "promotion", False), ("v1.0.0", "promotion", False)]
    newest = form["periods"][0]
    assert newest["reason"] == "too low on\x1b[31m Sundays"
    assert newest["holdUntil"] > datetime.now(UTC).date().isoformat()
    assert newest["from"]["isMerge"]
    assert newest["from"]["by"] == "Ada <ada@example.org>"
    assert form["periods"][1]["until"]["commit"] == newest["from"]["commit"] == git(rolled_back.root, "rev-parse", "origin/main").strip()


def test_the_text_is_inert_and_its_limit_is_told(rolled_back: World) -> None:
    text = run(rolled_back.root, "history", "deployment/staging/demand", "--limit", "1", check=0).out
    assert "\x1b" not in text
    assert "Sundays (hold until " in text
    assert "and more: " in text


def test_a_version_and_an_environment_have_a_history(rolled_back: World) -> None:
    assert [p["version"] for p in told(rolled_back, "history", "demand@v1.1.0")["periods"]] == ["v1.1.0"]
    assert len(told(rolled_back, "history", "staging")["periods"]) == 3
    rolled_back.refused(run(rolled_back.root, "history", "model/demnd"), "MLS0720", "demnd")
    rolled_back.refused(run(rolled_back.root, "history", "demnd"), "MLS0003", "demand")
    rolled_back.refused(run(rolled_back.root, "history", "model/demnd"), "MLS0720", "did you mean `demand`?")
    rolled_back.refused(run(rolled_back.root, "history", "deployment/demand"), "MLS0003", "deployment/staging/demand")
    rolled_back.refused(run(rolled_back.root, "lineage", "sha256:9d5e"), "MLS0003", "all 64 digits")
    rolled_back.refused(run(rolled_back.root, "lineage", "kpis/demand"), "MLS0003", "no history of its own")
    rolled_back.refused(run(rolled_back.root, "history", "deployment/production/demand"), "MLS0720", "deployment/production/demand")


def test_at_tells_what_stood_there_and_since_when(rolled_back: World) -> None:
    today = datetime.now(UTC).date().isoformat()
    form = told(rolled_back, "at", today, "staging")
    (row,) = form["deployments"]
    assert (row["version"], row["claim"]) == ("v1.0.0", read(rolled_back.root, "environments/staging/demand.yaml")["spec"]["claim"])
    assert row["since"]["commit"] == git(rolled_back.root, "rev-parse", "origin/main").strip()
    assert "v1.0.0" in run(rolled_back.root, "at", today, "staging", check=0).out


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2001-01-01", "MLS0722"), ("2999-01-01", "MLS0721"), ("2026-02-30", "MLS0721"), ("2026-05-01T12:00", "MLS0721"), ("May", "MLS0721")],
)
def test_a_date_that_can_not_be_answered_is_refused(rolled_back: World, moment: str, code: str) -> None:
    rolled_back.refused(run(rolled_back.root, "at", moment, "staging"), code)


def test_a_shallow_clone_is_told_and_never_a_wrong_answer(rolled_back: World) -> None:
    clone = rolled_back.clone("shallow", "--depth=1")
    today = datetime.now(UTC).date().isoformat()
    for words in (
        ("history", "model/demand"),
        ("at", today, "staging"),
        ("lineage", "demand@v1.0.0"),
        ("diff", "demand@v1.0.0", "demand@v1.1.0"),
    ):
        rolled_back.refused(run(clone, *words), "MLS0953", "git fetch --unshallow")


def test_diff_tells_the_value_that_changed_and_the_metrics(rolled_back: World) -> None:
    form = told(rolled_back, "diff", "demand@v1.0.0", "demand@v1.1.0")
    assert form["specs"] == [{"value": "model/demand estimator.params.alpha", "before": 200.0, "after": 1.0}]
    assert form["sameTestRows"]
    assert form["code"]["files"] == {}
    assert form["data"]["test"]["after"]["rows"] == 150
    mae = next(m for m in form["metrics"] if m["metric"] == "mae")
    assert mae["difference"] == pytest.approx(mae["after"]["value"] - mae["before"]["value"])
    text = run(rolled_back.root, "diff", "model/demand", "v1.0.0", "v1.1.0", check=0).out
    assert "estimator.params.alpha  200.0   1.0" in text
    assert "training rows: the same" in text
    rolled_back.refused(run(rolled_back.root, "diff", "demand@v1.0.0", "demand@v1.7.0"), "MLS0720", "v1.1.0")
    rolled_back.refused(run(rolled_back.root, "diff", "demand", "v1.0.0", "v1"), "MLS0003", "demand@v1.2.0")
    for words in (("diff", "v1.0.0", "v1.1.0"), ("at", "staging", "2026-05-01")):
        result = run(rolled_back.root, *words, check=2)
        assert {"diff": "diff demand v1.0.0 v1.1.0", "at": "mlspec at 2026-05-01 staging"}[words[0]] in result.err


def test_lineage_goes_up_to_the_source_and_down_to_every_deployment(rolled_back: World) -> None:
    root = rolled_back.root
    text = run(root, "lineage", "demand@v1.1.0", check=0).out
    raw = next(o["md5"] for o in read(root, "pipelines/data/sales/dvc.lock")["stages"]["ingest"]["outs"])
    assert f"pipelines/data/sales/raw.parquet  md5 {raw}  stage ingest" in text
    assert "data/sales.csv  md5 " in text
    assert "deployment/staging/demand  stands before" in text
    down = run(root, "lineage", "source/sales", check=0).out
    assert "deployment/staging/demand  stands now  target local-rest (rest)" in down
    assert down.index("demand@v1.1.0") < down.index("demand@v1.0.0")
    record = read(root, "registry/demand/v1.0.0.yaml")
    for name in (record["digest"], record["artifacts"]["test"]["md5"], read(root, "environments/staging/demand.yaml")["spec"]["claim"]):
        assert "demand@v1.0.0" in run(root, "lineage", name, check=0).out
    assert "pipelines/data/sales/raw.parquet" in run(root, "lineage", raw, check=0).out
    form = told(rolled_back, "lineage", "deployment/staging/demand")
    assert [n["name"] for n in form["up"]] == ["demand@v1.0.0"]
    assert [n["name"] for n in form["down"]] == ["demand@v1.1.0", "demand@v1.0.0"]
    rolled_back.refused(run(root, "lineage", "sha256:" + "0" * 64), "MLS0720")
