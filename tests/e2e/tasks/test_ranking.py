"""An order within each query, the whole way: whole queries are set aside, judged against a column's order, served and scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import World, run
from support.shared import Shared
from support.task_world import RANKING, ask, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("ranking", lambda home: trained(home, RANKING)))


def test_the_numbers_are_scikit_learns_on_whole_queries(world: World) -> None:
    import numpy as np
    import pandas as pd
    from sklearn.metrics import ndcg_score

    folder = world.root / "pipelines/models/demand"
    rows, train = pd.read_parquet(folder / "predictions.parquet"), pd.read_parquet(folder / "train.parquet")
    found = json.loads((folder / "evaluation.json").read_text())
    assert not {*rows.search} & {*train.search} and set(rows.search.value_counts()) == {6}
    wanted = [part for _, part in rows.groupby("search") if part.actual.any()]
    for name, by in (("metrics", "predicted"), ("baseline", "baseline")):
        assert found[name]["ndcg"]["value"] == pytest.approx(np.mean([ndcg_score([p.actual], [p[by]]) for p in wanted]))
        assert found[name]["ndcg_at_10"]["low"] < found[name]["ndcg_at_10"]["value"] < found[name]["ndcg_at_10"]["high"]
    test = pd.read_parquet(folder / "test.parquet")
    assert rows.baseline.tolist() == test.popularity.tolist()
    assert json.loads((folder / "model/signature.json").read_text())["task"] == "ranking"
    queries = (folder / "plots/queries.csv").read_text().splitlines()
    assert queries[0] == "ndcg,queries" and sum(int(line.split(",")[1]) for line in queries[1:]) == len(wanted)


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    shown = run(world.root, "gate", "model/demand", check=0).out
    assert "ndcg" in shown and "by shop" in shown
    replaced(world, RANKING)
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        facts = read(f"{address}/v2/models/demand")
        assert (facts["properties"]["task"], facts["outputs"][0]["shape"]) == ("ranking", [-1])
        offers = [{"price": price, "distance": 3.0, "popularity": 50} for price in (4.5, 1.5, 3.0)]
        found = ask(f"{address}/v1/models/demand:predict", {"instances": offers})["predictions"]
        assert sorted(range(3), key=lambda i: -found[i]) == [1, 2, 0]
    rows = scored(world)
    assert len(rows) == 600 and isinstance(rows[0]["predicted"], float)
    pack = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert pack.code == 0, pack.text
