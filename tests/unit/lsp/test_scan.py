"""Reading texts that are whole, broken and hostile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.projects import MODEL, SPECS

from mlspec.language.yaml.limits import Limits
from mlspec.lsp.cursor import places
from mlspec.lsp.positions import Positions
from mlspec.lsp.scan import scan


def test_scalars_have_routes_and_offsets() -> None:
    text = 'a: {b: "🚲", c: [1, x]}\n---\nd:\n  - e: |\n      text\n'
    found = {(s.document, s.route, s.is_key): text[s.start : s.end] for s in scan(text).scalars}
    assert found[0, ("a", "b"), False] == '"🚲"'
    assert found[0, ("a", "c", 1), False] == "x"
    assert found[1, ("d", 0, "e"), True] == "e"
    assert scan(text).is_whole


@pytest.mark.parametrize(
    "line", ["  broken line", '  x: "never closed', "  y: [1, 2", "  - a", "   : :", "\t- x", "  *alias", "  k: @x", "%YAML"]
)
def test_one_broken_line_hides_no_other_object(line: str) -> None:
    text = MODEL.replace("  task: regression\n", f"  task: regression\n{line}\n")
    found = scan(text)
    assert not found.is_whole or line == "%YAML"
    assert found.value(0, ("metadata", "name")) == "demand"
    assert found.value(0, ("spec", "data")) == "sales" or line == '  x: "never closed'


def test_an_alias_is_the_text_of_its_anchor_and_says_so() -> None:
    found = [s for s in scan("a: &n sales\nb: *n\n").scalars if s.route == ("b",) and not s.is_key]
    assert found[0].value == "sales" and found[0].is_alias


SNIPPETS = st.lists(
    st.sampled_from([*"ab:-[]{},\"'#&*!|>%@`\n \t", "\r\n", "\u2028", "😀", "---\n", "name: x\n", "  - ", "kind: Model\n", "${var."]),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(SNIPPETS, st.integers(0, 60))
def test_no_text_and_no_cursor_is_too_strange(parts: list[str], offset: int) -> None:
    text = "".join(parts)
    for scalar in scan(text).scalars:
        assert 0 <= scalar.start <= scalar.end <= len(text)
    for place in places(text, min(offset, len(text)), Positions(text)):
        assert 0 <= place.start <= place.end <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(SPECS.values())), st.data())
def test_the_cursor_in_a_cut_text_knows_the_kind(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(text.index("spec:"), len(text)))
    typed = text[:cut]
    kind = text.split("kind: ")[1].split("\n")[0]
    assert all(place.kind == kind for place in places(typed, cut, Positions(typed)))


def test_the_document_before_the_cursor_counts() -> None:
    text = "# a comment\n---\nkind: Model\nspec: {a: 1}\n---\nkind: KPISet\nspec:\n  mod"
    found = places(text, len(text), Positions(text))
    assert {(p.kind, p.document, p.route, p.is_key) for p in found} >= {("KPISet", 1, ("spec",), True)}


def test_nothing_is_scanned_below_the_depth_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: 1\nb: [[[x]]]\nc: [[[[y]]]]\n"
    assert {"x", "y"} <= {s.value for s in scan(text).scalars}
    scan.cache_clear()
    monkeypatch.setattr("mlspec.lsp.scan.LIMITS", Limits(depth=3))
    found = scan(text)
    scan.cache_clear()
    assert not found.is_whole and {"1", "x"} <= {s.value for s in found.scalars} and "y" not in {s.value for s in found.scalars}
