"""Columns marked `pii` are named to every stage that could show their values."""

from __future__ import annotations

from support.projects import SPECS, compile_texts


def params(specs: dict[str, str]) -> dict[str, dict]:
    graph = compile_texts(specs).graph
    assert graph is not None
    pipeline = graph.pipeline("source/sales")
    assert pipeline is not None
    return {stage.name: dict(stage.params) for stage in pipeline.stages}


def test_clean_and_validate_know_personal_data() -> None:
    text = SPECS["specs/sales.yaml"].replace("{name: shop, type: string}", "{name: shop, type: string, pii: true}")
    found = params(SPECS | {"specs/sales.yaml": text})
    assert found["clean"]["pii"] == found["validate"]["pii"] == ["shop"]


def test_without_any_the_section_says_nothing_of_it() -> None:
    assert "pii" not in params(SPECS)["clean"]
