"""How odd a row is, the whole way: fitted without a label, judged by labels, replaced by a better detector, served and scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import World, run
from support.shared import Shared
from support.task_world import ANOMALY, ask, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("anomaly", lambda home: trained(home, ANOMALY)))


def test_the_numbers_are_scikit_learns_and_no_label_reaches_the_fit(world: World) -> None:
    import pandas as pd
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.preprocessing import StandardScaler

    folder = world.root / "pipelines/models/demand"
    rows, train, test = (pd.read_parquet(folder / f"{name}.parquet") for name in ("predictions", "train", "test"))
    found = json.loads((folder / "evaluation.json").read_text())["metrics"]
    scale = StandardScaler().fit(train[["amount", "hour"]].to_numpy())
    forest = IsolationForest(n_estimators=5, random_state=7).fit(scale.transform(train[["amount", "hour"]].to_numpy()))
    alone = -forest.score_samples(scale.transform(test[["amount", "hour"]].to_numpy()))
    assert rows.predicted.to_numpy() == pytest.approx(alone)
    assert found["average_precision"]["value"] == pytest.approx(average_precision_score(test.fraud, alone))
    assert found["roc_auc"]["value"] == pytest.approx(roc_auc_score(test.fraud, alone))
    assert found["roc_auc"]["low"] < found["roc_auc"]["value"] < found["roc_auc"]["high"]
    floor = json.loads((folder / "evaluation.json").read_text())["baseline"]
    assert floor["average_precision"]["value"] == pytest.approx(test.fraud.mean()) and floor["roc_auc"]["value"] == 0.5
    plot = (folder / "plots/found.csv").read_text().splitlines()
    assert plot[0] == "looked_at,found" and plot[-1] == "1,1"


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    shown = run(world.root, "gate", "model/demand", "--report", str(tmp_path / "report.html"), check=0).out
    assert "average_precision" in shown and "by shop" in shown
    replaced(world, ANOMALY)
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        assert read(f"{address}/v2/models/demand")["properties"]["task"] == "anomaly"
        usual, odd = {"amount": 80.0, "hour": 14.0}, {"amount": 20.0, "hour": 14.0}
        found = ask(f"{address}/v1/models/demand:predict", {"instances": [usual, odd]})["predictions"]
        assert found[0] < found[1]
    rows = scored(world)
    assert len(rows) == 1500 and isinstance(rows[0]["predicted"], float)
    pack = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert pack.code == 0, pack.text
