"""Sheets of workbooks: what cells say is kept, and what nobody computed, or what can't be told, is refused with its cell."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
from support.workbooks import edited, workbook

SHEET = "xl/worksheets/sheet1.xml"
HEAD: list[object] = ["id", "code", "price", "day"]
ROWS: list[list[object]] = [HEAD, [1, "007", 1.5, dt.date(2024, 1, 2)], [2, "123", None, dt.date(2024, 2, 29)], [None, "x", 3, None]]


class Ask:
    def __init__(self, repository):
        self.repository = repository

    def params(self, content, **read):
        more = {key: read.pop(key) for key in ("text", "types") if key in read}
        self.repository.write("data/book.xlsx", content)
        options = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True, **read}
        return {"format": "xlsx", "read": options, "text": [], "types": {}, "file": {"path": "../../../data/book.xlsx"}, **more}

    def __call__(self, content, **read):
        self.repository.run("ingest", self.params(content, **read))
        return self.repository.parquet("raw.parquet")

    def fails(self, content, **read):
        (found,) = self.repository.fails("ingest", self.params(content, **read))
        return f"{found.code} {found.message} ({found.help})"


@pytest.fixture
def ask(repository):
    return Ask(repository)


def kinds(rows):
    return {name: str(kind) for name, kind in rows.dtypes.items()}


def test_types_are_told_from_all_cells_and_text_stays_text(ask):
    rows = ask(workbook({"rows": ROWS}))
    assert kinds(rows) == {"id": "float64", "code": "str", "price": "float64", "day": "object"}
    assert rows.code.tolist() == ["007", "123", "x"]
    assert rows.day.tolist()[:2] == [dt.date(2024, 1, 2), dt.date(2024, 2, 29)]
    assert rows.id.tolist()[:2] == [1, 2]


def test_digits_that_are_text_stay_text_and_numbers_keep_all_of_theirs(ask, capsys):
    content = workbook({"rows": [["id", "digits", "long", "flag"], [1, "123", 3, True], [2, "456", 4, False]]})
    content = edited(content, SHEET, "<v>3</v>", "<v>9007199254740993</v>")
    rows = ask(content)
    assert kinds(rows) == {"id": "int64", "digits": "str", "long": "int64", "flag": "bool"}
    assert rows.long.tolist() == [9007199254740993, 4]
    assert "MLS06" not in capsys.readouterr().err


@pytest.mark.parametrize("mac", [False, True])
def test_days_are_the_same_by_both_epochs(ask, mac):
    times = [dt.datetime.fromisoformat(at) for at in ("1999-12-31T23:59:59", "2024-02-29")]
    rows = ask(workbook({"rows": [["day", "at"], [dt.date(1950, 3, 1), times[0]], [dt.date(2024, 2, 29), times[1]]]}, mac=mac))
    assert rows.day.tolist() == [dt.date(1950, 3, 1), dt.date(2024, 2, 29)]
    assert rows["at"].tolist() == times


def test_hours_and_durations_are_text(ask):
    rows = ask(workbook({"rows": [["at", "took"], [dt.time(5, 6), dt.timedelta(hours=26, seconds=1)]]}))
    assert rows.iloc[0].tolist() == ["05:06:00", "26:00:01"]


def test_a_column_of_several_kinds_is_text_and_told(ask, capsys):
    rows = ask(workbook({"rows": [["age"], *[[n] for n in range(20)], ["NA"]]}))
    assert rows.age.tolist()[-2:] == ["19", "NA"]
    said = capsys.readouterr().err
    assert "MLS0616" in said
    assert 'nullValues: ["", "NA"]' in said
    assert kinds(ask(workbook({"rows": [["age"], [1], [2.0], ["NA"]]}), nullValues=["", "NA"])) == {"age": "float64"}


def test_a_declared_text_keeps_the_spelling(ask):
    assert ask(workbook({"rows": [["zip"], [1067], [80331]]}), text=["zip"]).zip.tolist() == ["1067", "80331"]


def test_the_row_of_headings_and_the_sheet_are_named(ask):
    book = workbook({"notes": [["?"]], "2024": [["Sales of 2024"], [], ["id", 2020], [1, 2], [], [3, 4]]}, merged=["A1:B1"])
    rows = ask(book, sheet="2024", headerRow=3)
    assert rows.to_dict("list") == {"id": [1, 3], "2020": [2, 4]}
    assert "has several sheets (`notes`, `2024`)" in ask.fails(book)
    assert "did you mean `2024`" in ask.fails(book, sheet="2042")
    assert "row 2, which should name the columns, is empty" in ask.fails(book, sheet="2024", headerRow=2)
    told = ask.fails(book, sheet="2024")
    assert "column 2 has values, and no name in row 1" in told
    assert "`read: {headerRow: 3}`" in told, "a title above the headings is what it mostly is"
    assert ask(workbook({"a": [[1, "x"], [2, "y"]]}), header=False).to_dict("list") == {"column0": [1, 2], "column1": ["x", "y"]}


def test_hidden_sheets_do_not_count(ask):
    content = edited(
        workbook({"a": [["id"], [1]], "b": [["id"], [2]]}),
        "xl/workbook.xml",
        'name="b" sheetId="2" state="visible"',
        'name="b" sheetId="2" state="hidden"',
    )
    assert ask(content).id.tolist() == [1]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["id", None, "x"], [1, 2, 3]], "MLS0615 `book.xlsx: a`: column 2 of 3 has no name"),
        ([["id", "ID"], [1, 2]], "MLS0615 `book.xlsx: a`: two columns are called `ID`"),
        ([["id"]], "MLS0611"),
        ([], "MLS0611 `book.xlsx: a`: row 1"),
        ([["id"], ["#N/A"]], 'MLS0684 `book.xlsx: a`: A2 holds #N/A, an error and not a value (`read: {nullValues: ["", "#N/A"]}`'),
        ([["id"], ["=1+1"]], "MLS0684 `book.xlsx`: A2 holds a formula whose value was never computed"),
    ],
)  # fmt: skip
def test_what_can_be_no_rows_is_told_with_its_cell(ask, rows, said):
    assert said in ask.fails(workbook({"a": rows}))


def test_an_error_may_be_taken_for_missing(ask):
    assert ask(workbook({"a": [["id"], ["#N/A"], [2]]}), nullValues=["", "#N/A"]).id.isna().tolist() == [True, False]


def test_merged_cells_are_refused_from_the_headings_on(ask):
    rows = [["shop", "x"], ["north", 1], [None, 2]]
    assert "the cells A2:A3 are merged" in ask.fails(workbook({"a": rows}, merged=["A2:A3"]))
    assert "the cells A1:B1 are merged" in ask.fails(workbook({"a": [["shop"], ["north", 1]]}, merged=["A1:B1"]))


def test_a_formula_that_was_computed_is_its_value(ask):
    content = workbook({"a": [["id", "name"], ["=1+1", '=""']]})
    content = edited(content, SHEET, "<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    content = edited(content, SHEET, 'r="B2"><f>""</f><v />', 'r="B2" t="str"><f>""</f><v></v>')
    rows = ask(content)
    assert (rows.id.tolist(), rows.name.isna().tolist()) == ([2], [True])
    stale = edited(content, "xl/workbook.xml", "<calcPr ", '<calcPr fullCalcOnLoad="1" ')
    assert "none of them was computed" in ask.fails(stale)


def test_a_formula_far_down_is_found(ask):
    content = workbook({"a": [["id", "text"], *[[n, f"row {n} " * 20] for n in range(9000)], ["=A2", "last"]]})
    with zipfile.ZipFile(ask.repository.write("data/x.xlsx", content)) as archive:
        assert archive.getinfo(SHEET).file_size > 1 << 20
    assert "A9002 holds a formula" in ask.fails(content)


def test_what_is_cut_off_or_something_else_is_refused(ask):
    whole = workbook({"a": ROWS})
    for size in (10, 200, len(whole) // 2, len(whole) - 30):
        assert "MLS0684" in ask.fails(whole[:size])
    assert "protected by a password" in ask.fails(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    assert "MLS0684" in ask.fails(b"PK\x03\x04no")
    assert "MLS06" in ask.fails(b"id,x\n1,2\n")


def test_entities_and_bombs_are_refused(ask, monkeypatch):
    from mlspec.runtime.ingest.cells import looked

    whole = workbook({"a": ROWS})
    for before in ("", "<!-- <x> -->", "<!--" + " " * 70_000 + "-->"):
        bomb = edited(whole, SHEET, "<worksheet", f'{before}<!DOCTYPE x [<!ENTITY a "b">]><worksheet')
        assert "has a document type" in ask.fails(bomb)
    assert len(ask(edited(whole, SHEET, "<worksheet", "<!-- a < b --><worksheet"))) == 3
    monkeypatch.setattr(looked, "FREE", 1000)
    monkeypatch.setattr(looked, "RATIO", 0)
    assert "times its own size" in ask.fails(whole)


def test_the_same_cells_give_the_same_bytes(ask):
    ask(workbook({"a": ROWS}))
    first = (ask.repository.folder / "raw.parquet").read_bytes()
    ask(edited(workbook({"a": ROWS, "b": [[1]]}), "xl/workbook.xml", "<calcPr ", "<calcPr "), sheet="a")
    assert (ask.repository.folder / "raw.parquet").read_bytes() == first


def test_several_workbooks_are_one_source(ask):
    for name, rows in {"a": [["id", "code"], [1, "007"]], "b": [["id", "code", "more"], [2, 8, True]]}.items():
        ask.repository.write(f"data/books/y={name}/x.xlsx", workbook({"s": rows}))
    params = ask.params(b"")
    params["file"] = {"path": "../../../data/books/*/*.xlsx"}
    ask.repository.run("ingest", params)
    rows = ask.repository.parquet("raw.parquet")
    assert rows.to_dict("list") == {"id": [1, 2], "code": ["007", "8"], "more": [None, True], "y": ["a", "b"]}
