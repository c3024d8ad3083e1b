"""A sheet of a workbook (.xlsx): what its cells hold, and nothing that a program would have to compute first.

Read by openpyxl, which keeps all digits of whole numbers and says which cells are errors. What it does not say is looked for in the sheet's
text: merged cells, and formulas whose value was never computed (`looked`).
"""

from __future__ import annotations

import datetime as dt
import os
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.diagnostics.words import some
from mlspec.runtime.ingest.cells import looked
from mlspec.runtime.ingest.cells.table import ANY, BOOLEAN, STRING, Cell, Row, check_names
from mlspec.runtime.ingest.cells.table import write as write_table

MOST_ROWS = 1_048_576
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError)
"""What openpyxl says of files that are no workbooks, or cut off."""


def write(path: Path, read: Mapping[str, Any], shown: str, target: Path) -> None:
    """Write the cells of the sheet to `target`. Raises MLS0611, MLS0615 and MLS0684."""
    os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")  # half as fast, for a check that `looked` makes
    import openpyxl

    looked.check_archive(path, shown)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and printers, which are no rows
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                sheet = _sheet(book, read.get("sheet"), shown)
                first = int(read.get("headerRow") or 1)
                looked.check_sheet(path, sheet._worksheet_path, first, shown)  # noqa: SLF001 - nothing public says where it is
                _write(sheet, first, read, f"{shown}: {sheet.title}", target)
            finally:
                book.close()
    except Problems:
        raise
    except _BROKEN as error:
        raise looked.refused(shown, f"it can't be read: {error}", "open it in a spreadsheet program, and save it again") from error


def _sheet(book: Any, name: str | None, shown: str) -> Any:
    """The sheet of that name; without one, the only one that is not hidden."""
    if name is not None:
        found = next((s for s in book.worksheets if s.title == name), None)
        if found is None:
            near = did_you_mean(name, [s.title for s in book.worksheets])
            raise looked.refused(shown, f"there is no sheet `{name}`", near or "it holds no sheet of cells")
        return found
    visible = [s for s in book.worksheets if s.sheet_state == "visible"] or book.worksheets
    if len(visible) != 1:
        names = some([f"`{s.title}`" for s in visible], 5) if visible else "none"
        fix = f"name it: `read: {{sheet: {visible[0].title}}}`" if visible else "save the rows as a sheet of cells"
        raise looked.refused(shown, f"it has several sheets ({names}), and nothing says which is meant", fix)
    return visible[0]


def _write(sheet: Any, first: int, read: Mapping[str, Any], shown: str, target: Path) -> None:
    nulls = frozenset(read.get("nullValues", [""]))
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    rows = _rows(sheet, first, shown, nulls)
    head = next(rows, None)
    if head is None:
        message = f"`{shown}`: row {first}, which should name the columns, is empty"
        raise problem("MLS0611", message, help="`read: {headerRow: N}` says which row does; rows count from 1")
    if read.get("header", True):
        names = [cell.text.strip() if cell else "" for cell in head]
        check_names(names, shown)
    else:
        names = [f"column{at}" for at in range(len(head))]
        rows = _with(head, rows)
    write_table(_fitting(rows, len(names), shown, first), names, target, nulls)


def _with(head: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield head
    yield from rows


def _rows(sheet: Any, first: int, shown: str, nulls: Collection[str]) -> Iterator[Row]:
    """The rows from the first on, without cells that are empty at their end; without rows that are empty, but for the first."""
    for number, row in enumerate(sheet.iter_rows(min_row=first), start=first):
        if number > MOST_ROWS:
            raise looked.refused(shown, f"it has more than {MOST_ROWS:,} rows", "save it as CSV or Parquet")
        found = [_cell(cell, shown, nulls) for cell in row]
        while found and found[-1] is None:
            found.pop()
        if found:
            yield found
        elif number == first:
            return


def _fitting(rows: Iterator[Row], width: int, shown: str, first: int) -> Iterator[Row]:
    """Raises MLS0615 for a value in a column without a name."""
    for row in rows:
        if len(row) > width:
            message = f"`{shown}`: column {width + 1} has values, and no name in row {first}"
            raise problem(
                "MLS0615",
                message,
                help="name it there, or clear its cells; where the headings stand in another row, say so: `read: {headerRow: 3}`",
            )
        yield row


def _cell(cell: Any, shown: str, nulls: Collection[str]) -> Cell | None:
    """A cell as text; None where it is empty. Raises MLS0684 for an error, unless `nulls` has it."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "e" and str(value) not in nulls:
        fix = f'`read: {{nullValues: ["", "{value}"]}}` takes it for missing; or mend the formula'
        raise looked.refused(shown, f"{cell.coordinate} holds {value}, an error and not a value", fix)
    if isinstance(value, bool):
        return Cell("true" if value else "false", BOOLEAN)
    if isinstance(value, str):
        return Cell(value, STRING)
    return Cell(_plain(value), ANY)


def _plain(value: Any) -> str:
    """A number or a time as CSV has it. A moment at midnight is a day."""
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(value)
