"""`mlspec compare` and `mlspec leaderboard`: what was trained here and a version, on the same rows; other rows are refused."""

from __future__ import annotations

import json

import pytest
from support.promotion_world import World, read, replace, run

pytestmark = pytest.mark.e2e


def test_a_challenger_and_its_version_are_compared_on_the_same_rows(better: World) -> None:
    words = ("model/demand", "demand@v1.0.0")
    found = json.loads(run(better.root, "compare", *words, "--format", "json", check=0).out)
    gate = json.loads(run(better.root, "gate", "model/demand", "--format", "json").out)["models"][0]
    assert found["metric"] == "mae" and found["reference"] == "model/demand" and found["rows"] == gate["rows"]
    ours, theirs = found["models"]
    versus = next(g for g in gate["gates"] if "vs champion" in g["kpi"])
    assert theirs["name"] == "demand@v1.0.0" and theirs["metrics"]["mae"]["value"] == pytest.approx(versus["reference"])
    assert theirs["metrics"]["mae"]["difference"]["value"] == pytest.approx(-versus["value"])  # seen from the other side
    assert ours["digest"] == gate["digest"] and theirs["digest"] == read(better.root, "registry/demand/v1.0.0.yaml")["digest"]
    board = run(better.root, "leaderboard", *reversed(words), "--report", "board.html", check=0)
    assert "difference from the best" in board.out.lower() and "model/demand" in board.out
    assert "Leaderboard" in (better.root / "board.html").read_text()


def test_what_can_t_be_compared_is_refused(better: World) -> None:
    assert "nothing to compare" in run(better.root, "compare", "model/demand", "demand", check=1).err  # the same one
    assert "MLS0715" in run(better.root, "compare", "model/demand", "demand@v9.9.9", check=1).err
    assert "MLS0003" in run(better.root, "compare", "model/demand", "model/other", check=1).err
    for metric in ("bias", "accuracy"):
        assert "MLS0795" in run(better.root, "compare", "model/demand", "demand@v1.0.0", "--by", metric, check=1).err
    replace(better.root, "requirements.lock", "# locked\n", "# locked anew\n")
    late = run(better.root, "compare", "model/demand", "demand@v1.0.0", check=0)
    assert "MLS0729" in late.err and "is stale" in late.out  # what was trained is compared, and that is told
    record = "registry/demand/v1.0.0.yaml"
    digest = read(better.root, record)["artifacts"]["test"]["digest"]
    replace(better.root, record, digest, "sha256:" + "0" * 64)
    assert "other test rows" in run(better.root, "compare", "model/demand", "demand@v1.0.0", check=1).err
