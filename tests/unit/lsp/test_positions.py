"""Offsets and positions, in every unit that a client may count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from mlspec.diagnostics import Span
from mlspec.language.yaml.text import span_at
from mlspec.lsp.positions import Positions

TEXTS = st.lists(st.sampled_from([*"ab é日😀", "\n", "\r", "\r\n", "\u2028", "\x85", "\t"]), max_size=30).map("".join)


@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]), st.data())
def test_there_and_back(text: str, encoding: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    positions = Positions(text, encoding)
    inside_crlf = text[offset - 1 : offset + 1] == "\r\n"
    assert positions.offset(positions.position(offset)) == (offset - 1 if inside_crlf else offset)


@given(TEXTS, st.data())
def test_spans_of_the_loader_are_found_again(text: str, data: st.DataObject) -> None:
    if not text:
        return
    offset = data.draw(st.integers(0, len(text) - 1))
    if text[offset - 1 : offset + 1] == "\r\n":
        return
    span = span_at("a.yaml", text, offset)
    assert Positions(text).span_offset(span.line, span.column) == offset


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_a_wide_character_counts_as_the_client_counts(encoding: str, units: int) -> None:
    assert Positions("é😀a b", encoding).position(3) == types.Position(0, units)


@pytest.mark.parametrize("place", [(0, 99), (99, 0), (2, 0), (0, 3)])
def test_positions_outside_the_text_become_its_edges(place: tuple[int, int]) -> None:
    assert Positions("abc\nd").offset(types.Position(*place)) in (3, 5)


def test_a_span_outside_the_text_is_its_end() -> None:
    found = Positions("ab\n").span(Span("x", 9, 9, 9, 10))
    assert (found.start, found.end) == (types.Position(1, 0), types.Position(1, 0))
