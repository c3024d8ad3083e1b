"""Sets of labels, the whole way: from a text with a separator to what is served and scored, with scikit-learn's own numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import World, run
from support.shared import Shared
from support.task_world import LABELS, MULTILABEL, ask, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("multilabel", lambda home: trained(home, MULTILABEL)))


def test_the_numbers_are_scikit_learns(world: World) -> None:
    import pandas as pd
    from sklearn import metrics as sk
    from sklearn.preprocessing import MultiLabelBinarizer

    folder = world.root / "pipelines/models/demand"
    rows = pd.read_parquet(folder / "predictions.parquet")
    binarizer = MultiLabelBinarizer(classes=list(LABELS))
    y, p = binarizer.fit_transform(rows.actual), binarizer.transform(rows.predicted)
    found = json.loads((folder / "metrics.json").read_text())
    assert found["hamming_loss"] == pytest.approx(sk.hamming_loss(y, p))
    assert found["subset_accuracy"] == pytest.approx(sk.accuracy_score(y, p))
    assert found["jaccard_samples"] == pytest.approx(sk.jaccard_score(y, p, average="samples", zero_division=0))
    for average in ("micro", "macro", "samples"):
        assert found[f"f1_{average}"] == pytest.approx(sk.f1_score(y, p, average=average, zero_division=0))
    assert {len(shares) for shares in rows.proba} == {len(LABELS)}
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert set(evaluation["classes"]) == set(LABELS)
    assert set(evaluation["leakage"]["singleFeature"]) == {"shop", "price", "stock"}
    assert (folder / "plots/labels.csv").read_text().startswith("f1,label\n")


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    shown = run(world.root, "gate", "model/demand", check=0).out
    assert "by label" in shown and "discount" in shown
    replaced(world, MULTILABEL)
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        row = {"shop": "south", "price": 1.2, "stock": 80.0}
        names = read(f"{address}/v2/models/demand")["properties"]["classes"]
        assert json.loads(names) == list(LABELS)
        datatypes = {"shop": "BYTES", "price": "FP64", "stock": "FP64"}
        tensors = [{"name": n, "datatype": datatypes[n], "shape": [1], "data": [v]} for n, v in row.items()]
        said, shares = ask(f"{address}/v2/models/demand/infer", {"inputs": tensors})["outputs"]
        assert (said["datatype"], said["shape"], said["data"]) == ("BOOL", [1, 4], [True, True, False, False])
        assert shares["shape"] == [1, 4] and all(0 <= share <= 1 for share in shares["data"])
        plain = ask(f"{address}/v1/models/demand:predict", {"instances": [row]})["predictions"]
        assert plain[0]["predict"] == ["discount", "fresh"]
    rows = scored(world)
    assert len(rows) == 600
    assert all(set(row["predicted"]) <= set(LABELS) for row in rows) and any(row["predicted"] for row in rows)
    card = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert card.code == 0, card.text
