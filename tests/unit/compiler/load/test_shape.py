"""Words of other tools for what the language has: the nearest by its letters would be another thing."""

from __future__ import annotations

import pytest
from support.projects import MODEL, SOURCE, SPECS, compile_texts


@pytest.mark.parametrize(
    ("word", "meant"), [("datetime", "timestamp"), ("float64", "number"), ("int", "integer"), ("str", "string"), ("bool", "boolean")]
)
def test_a_type_of_another_tool(word: str, meant: str) -> None:
    source = SOURCE.replace("{name: price, type: number}", "{name: price, type: " + word + "}")
    [told] = compile_texts(SPECS | {"specs/sales.yaml": source}).diagnostics
    assert (told.code, told.help) == ("MLS0105", f"write `{meant}`")


def test_an_address_as_a_file_is_sent_to_http() -> None:
    source = SOURCE.replace("data/sales.csv", "https://example.org/a.csv")
    [told] = compile_texts(SPECS | {"specs/sales.yaml": source}).diagnostics
    assert told.help == "a source fetches it with `http: {url: …}`"


def test_a_bare_share_of_the_rows() -> None:
    [told] = compile_texts(SPECS | {"specs/demand.yaml": MODEL.replace("25%", "25")}).diagnostics
    assert (told.code, told.help) == ("MLS0109", "write `25%`; if 2,500% is meant, write that with its `%`")
