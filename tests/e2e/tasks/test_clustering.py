"""Clusters, the whole way: found without a target, judged with and without one, replaced by a better model, served and scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import World, run
from support.shared import Shared
from support.task_world import ask, clustering, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("clustering", lambda home: trained(home, clustering())))


def test_the_numbers_are_scikit_learns_and_no_target_reaches_the_fit(world: World) -> None:
    import pandas as pd
    from sklearn import metrics
    from sklearn.mixture import GaussianMixture
    from sklearn.preprocessing import StandardScaler

    folder = world.root / "pipelines/models/demand"
    rows, train, test = (pd.read_parquet(folder / f"{name}.parquet") for name in ("predictions", "train", "test"))
    found = json.loads((folder / "evaluation.json").read_text())
    features = [name for name in train.columns if name not in ("id", "cultivar")]
    scale = StandardScaler().fit(train[features].to_numpy())
    model = GaussianMixture(2, covariance_type="diag", random_state=7).fit(scale.transform(train[features].to_numpy()))
    said = model.predict(scale.transform(test[features].to_numpy()))
    assert (rows.predicted.to_numpy() == said).all()
    space = StandardScaler().fit_transform(test[features].to_numpy())  # the test rows' own: one yardstick for all models
    expected = {
        "silhouette": metrics.silhouette_score(space, said),
        "davies_bouldin": metrics.davies_bouldin_score(space, said),
        "calinski_harabasz": metrics.calinski_harabasz_score(space, said),
        "adjusted_rand": metrics.adjusted_rand_score(test.cultivar, said),
        "adjusted_mutual_info": metrics.adjusted_mutual_info_score(test.cultivar, said),
    }
    assert {name: one["value"] for name, one in found["metrics"].items()} == pytest.approx(expected)
    assert {name: one["rows"] for name, one in found["clusters"].items()} == {"0": (said == 0).sum(), "1": (said == 1).sum()}
    assert found["metrics"]["silhouette"]["value"] > found["baseline"]["silhouette"]["value"]
    assert 0.5 < found["measured"]["stability"] <= 1
    assert (folder / "plots/clusters.csv").read_text().splitlines()[0] == "rows,cluster"


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    told = json.loads((world.root / "pipelines/models/demand/evaluation.json").read_text())
    shown = run(world.root, "gate", "model/demand", "--report", str(tmp_path / "report.html"), check=0).out
    assert "model/demand by cluster" in shown and "stability >= 0.5" in shown
    gates = json.loads(run(world.root, "gate", "model/demand", "--format", "json", check=0).out)
    assert f"{told['measured']['stability']:.6g}" in json.dumps(gates)  # refits of processes of their own say the same
    replaced(world, clustering())
    judged = run(world.root, "gate", "model/demand", check=0).out
    assert "clusters: adjusted Rand 1 with" in judged and "with the champion's clusters" in judged
    compared = run(world.root, "compare", "model/demand", "demand@v1.0.0", "--format", "json", check=0).out
    assert "silhouette" in compared and "adjusted_mutual_info" in compared
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        about = read(f"{address}/v2/models/demand")
        assert about["properties"]["task"] == "clustering" and about["properties"]["classes"] == "[0, 1, 2]"
        assert about["outputs"][0] == {"name": "predict", "datatype": "INT64", "shape": [-1]}
        row = {one["name"]: 2.0 for one in about["inputs"]}
        (found,) = ask(f"{address}/v1/models/demand:predict", {"instances": [row]})["predictions"]
        assert found["predict"] in (0, 1, 2) and sum(found["predict_proba"]) == pytest.approx(1)
    rows = scored(world)
    assert len(rows) == 178 and {row["predicted"] for row in rows} == {0, 1, 2}
    pack = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert pack.code == 0, pack.text
