"""Metrics of one's own, the whole way: measured with intervals, by slice, against baseline and champion, promoted, verified; what is wrong is
refused by name, and a change of the code alone is measured again, and told where it is reviewed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.cli import git
from support.promotion_world import WORLD, World, make_trained, replace, run
from support.shared import Shared

pytestmark = pytest.mark.e2e
KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand, owner: "@acme/shops"}
spec:
  model: demand
  bootstrap: {resamples: 200}
  metrics:
    cost: {callable: "money.cost:cost", greater: false, params: {short: 3.0}}
    served: {callable: "money.cost:served", greater: true}
    explained: {callable: "sklearn.metrics:r2_score", greater: true}
    near: {callable: "money.cost:near", greater: true, range: [0, 1]}
  kpis:
    - cost <= 2000
    - served >= 0.5
    - explained >= -1
    - {metric: near, min: 0.01, bound: point}
    - {metric: cost, versus: baseline, improveBy: {points: 0.01}}
    - {metric: cost, versus: champion, notWorseBy: 0%}
    - {metric: served, versus: champion, notWorseBy: {points: 0.01}}
    - {metric: explained, versus: champion, notWorseBy: {points: 0.02}}
    - {metric: cost, max: 2000, slice: {by: shop, minRows: 30}}
    - {metric: explained, min: -2, slice: {by: shop, minRows: 30}}
    - {metric: cost, by: shop, maxDifference: 2000, minRows: 30}
"""
CODE = '''\
"""What a forecast costs the shop."""

import numpy as np


def cost(rows, actual, predicted, params):
    """Being wrong costs three a piece, and where the price is high a little more."""
    return (actual - predicted).abs() * (params["short"] + 0.01 * rows["price"])


def served(actual, predicted):
    """Of what was asked for, what was there."""
    return np.minimum(actual, predicted), actual


def near(y_true, y_pred):
    return abs(y_true - y_pred) < 10
'''
SPECS = WORLD | {
    "mlspec.yaml": WORLD["mlspec.yaml"].replace("[worldcode]", "[worldcode, money]"),
    "specs/demand-kpis.yaml": KPIS,
    "specs/demand.yaml": WORLD["specs/demand.yaml"].replace("worldcode.level.Level", "sklearn.linear_model.Ridge"),
    "money/cost.py": CODE,
}


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("own-metrics", lambda home: make_trained(home, SPECS)))


def test_the_numbers_are_those_of_numpy_with_intervals(world: World) -> None:
    import numpy as np
    import pandas as pd
    from sklearn.metrics import r2_score

    folder = world.root / "pipelines/models/demand"
    rows, price = pd.read_parquet(folder / "predictions.parquet"), pd.read_parquet(folder / "test.parquet").price
    found = json.loads((folder / "evaluation.json").read_text())
    for part, name in (("metrics", "predicted"), ("baseline", "baseline")):
        off = rows.actual - rows[name]
        cost = (off.abs() * (3 + 0.01 * price)).mean()
        assert found[part]["cost"]["value"] == pytest.approx(cost)
        assert found[part]["served"]["value"] == pytest.approx(np.minimum(rows.actual, rows[name]).sum() / rows.actual.sum())
        assert found[part]["explained"]["value"] == pytest.approx(r2_score(rows.actual, rows[name]))
        assert found[part]["near"]["value"] == pytest.approx((off.abs() < 10).mean())
    for name in ("cost", "served", "explained"):
        one = found["metrics"][name]
        assert one["low"] < one["value"] < one["high"]
    assert set(found["slices"]["shop"]["north"]) >= {"cost", "explained"}
    assert found["own"]["cost"] == {"greater": False}
    assert found["metrics"]["explained"]["value"] == pytest.approx(found["metrics"]["r2"]["value"])


def test_it_judges_a_challenger_and_what_it_says_is_verified(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    world.promote()
    world.merge("mlspec/promote/staging/demand/v1.0.0")
    replace(world.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    world.train("A better model")
    judged = run(world.root, "gate", "model/demand", "--format", "json", check=0).out
    gates = {(g["kpi"], g["subject"]): g for g in json.loads(judged)["models"][0]["gates"]}
    against = gates["cost vs champion, not worse by 0%", "overall"]
    assert against["verdict"] == "pass" and against["high"] < 0
    assert "cost" in json.loads(judged)["models"][0]["metrics"]
    assert re.search(
        r"overfit: cost \S+ on training rows and \S+ on test rows \(\S+ (worse|better)\)", run(world.root, "gate", check=0).out
    )
    assert gates["served vs champion, not worse by 0.01 points", "overall"]["verdict"] == "pass"
    assert gates["explained vs champion, not worse by 0.02 points", "overall"]["verdict"] == "pass"
    run(world.root, "gate", "model/demand", "--report", str(tmp_path / "report.html"), check=0)
    compared = run(world.root, "compare", "model/demand", "demand@v1.0.0", "--by", "cost", check=0).out
    assert compared.index("model/demand") < compared.index("demand@v1.0.0") and "cost" in compared
    world.promote()
    world.propose()
    checked = world.verify()
    assert checked.code == 0, checked.text
    claim = next((world.root / "promotions/staging/demand").glob("v1.1.0*")).read_text()
    assert "cost vs champion" in claim
    replace(world.root, "money/cost.py", "return (actual", "return 0.5 * (actual")
    git(world.root, "commit", "--quiet", "-am", "Cheaper")
    changed = world.verify()
    assert changed.code == 1 and "the code" in changed.text


def test_another_code_is_measured_again_and_told(world: World, tmp_path: Path) -> None:
    from mlspec.adapters.git.repository import open_repository
    from mlspec.promotion.loosening import loosened
    from mlspec.registry.at_commit import compile_at

    world = world.copy(tmp_path)
    assert "evaluate" not in run(world.root, "plan", check=0).out
    replace(world.root, "money/cost.py", "< 10", "< 20")
    planned = run(world.root, "plan", check=None).out
    assert "money/cost.py" in planned and "> evaluate" in planned and "> train" not in planned
    assert "MLS0729" in run(world.root, "gate", "model/demand", check=None).err
    before = git(world.root, "rev-parse", "HEAD").strip()
    git(world.root, "commit", "--quiet", "-am", "Nearer")
    repository = open_repository(world.root)
    old, new = (compile_at(repository, commit).project for commit in (before, "HEAD"))
    told = loosened(old, new, None, (lambda path: repository.show(before, path), lambda path: repository.show("HEAD", path)))
    assert {one.what.split("`")[1] for one in told} == {"cost", "served", "near"} and all(one.owner == "@acme/shops" for one in told)


@pytest.mark.parametrize(
    ("new", "code", "said"),
    [
        ("raise KeyError('gone')", "MLS0602", "KeyError: 'gone' (money/cost.py, line 17)"),
        ("return open('data/sales.csv').read() and 1.0", "MLS0605", "give it what it needs as a column of the rows"),
        ("return abs(y_true - y_pred)", "MLS0639", "(`money.cost:near`, money/cost.py:16) gives"),
    ],
)
def test_what_is_no_metric_is_refused_by_name(world: World, tmp_path: Path, new: str, code: str, said: str) -> None:
    world = world.copy(tmp_path)
    replace(world.root, "money/cost.py", "return abs(y_true - y_pred) < 10", new)
    found = run(world.root, "run", "model/demand", check=1).text
    assert code in found and said in found and "Traceback" not in found, found
