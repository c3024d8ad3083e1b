"""Whatever cells hold comes out as it is spelled, where it is declared as text; for sheets and for XML."""

from __future__ import annotations

import datetime as dt
from xml.sax.saxutils import quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st
from support.workbooks import workbook

from mlspec.runtime import tables
from mlspec.runtime.ingest.cells.read_cells import CELLS, cells_reading, relation_of
from mlspec.runtime.ingest.cells.table import kinds_of

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=8)
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31))
NUMBERS = st.integers(-(10**15), 10**15)
CELL = st.one_of(st.none(), TEXTS.filter(lambda t: not t.startswith(("=", "#"))), NUMBERS, st.booleans(), DAYS)


def plain(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)


def read(folder, form, content, **params):
    path, target = folder / f"file.{form}", folder / "cells.parquet"
    path.write_bytes(content)
    section = {"read": {"nullValues": [""]}, "types": {}, "text": [], **params}
    CELLS[form](path, section["read"], path.name, target)
    connection = tables.connect()
    found = cells_reading(connection, relation_of([target]), kinds_of(target), section)
    return connection.execute(found.query).fetchall()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8).filter(lambda rows: any(c is not None for c in rows[-1])))
def test_a_sheet_gives_what_stands_in_its_cells(tmp_path_factory, rows):
    content = workbook({"s": [["a", "b"], *rows]})
    found = read(tmp_path_factory.mktemp("sheet"), "xlsx", content, text=["a", "b"])
    assert found == [(plain(a), plain(b)) for a, b in rows if a is not None or b is not None]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=8))
def test_whole_numbers_of_a_sheet_keep_their_digits(tmp_path_factory, values):
    content = workbook({"s": [["a"], *[[0] for _ in values]]})
    from support.workbooks import edited

    for n, value in enumerate(values, start=2):
        content = edited(content, "xl/worksheets/sheet1.xml", f'<c r="A{n}" t="n"><v>0</v>', f'<c r="A{n}" t="n"><v>{value}</v>')
    found = read(tmp_path_factory.mktemp("sheet"), "xlsx", content, types={"a": "integer"})
    assert [a for (a,) in found] == values


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_xml_gives_what_stands_in_attributes_and_elements(tmp_path_factory, rows):
    def text(value):
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    content = "<r>" + "".join(f"<x a={quoteattr(a)}><b>{text(b)}</b></x>" for a, b in rows) + "</r>"
    assert read(tmp_path_factory.mktemp("xml"), "xml", content.encode(), text=["a", "b"]) == rows
