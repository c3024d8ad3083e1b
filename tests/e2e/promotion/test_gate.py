"""`mlspec gate`: in an environment it asks what a promotion there would; where nothing can be judged it says so."""

from __future__ import annotations

import json

import pytest
from support.promotion_world import World, run

pytestmark = pytest.mark.e2e
OVERLAY = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec: {kpis: [mae <= 0.001, {metric: mae, max: 1000, slice: {by: shop, minRows: 1}}]}
"""


def test_an_environment_s_overlay_is_what_judges(better: World) -> None:
    path = better.root / "environments/staging/overlays/kpis.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(OVERLAY)
    assert "mae <= 0.001" not in run(better.root, "gate", "model/demand", check=0).out
    found = run(better.root, "gate", "model/demand", "--env", "staging", check=1)
    assert "fail: mae is" in found.out and "model/demand by shop" in found.out
    document = json.loads(run(better.root, "gate", "--env", "staging", "--format", "json", check=1).out)["models"][0]
    assert document["gates"][0]["kpi"] == "mae <= 0.001"
    (by_shop,) = document["breakdowns"]
    assert sum(part["rows"] for part in by_shop["parts"].values()) == document["rows"]
    assert "By `shop`:" in run(better.root, "gate", "--env", "staging", "--format", "markdown", check=1).out
    unknown = run(better.root, "gate", "--env", "stagign", check=1)
    assert "MLS0407" in unknown.err and "staging" in unknown.err


def test_without_any_kpi_set_it_says_so(deployed: World) -> None:
    (deployed.root / "specs/demand-kpis.yaml").unlink()
    for words in ((), ("--all",), ("model/demand",)):
        found = run(deployed.root, "gate", *words, check=1)
        assert "MLS0705" in found.err and found.out == ""
