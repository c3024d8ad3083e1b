"""Workbooks for tests: cells as openpyxl writes them, and the text of a part changed as other programs write it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any


def workbook(sheets: Mapping[str, Sequence[Any]], *, mac: bool = False, merged: Sequence[str] = ()) -> bytes:
    """A workbook of sheets of rows. `mac`: days count from 1904; `merged`: cells of the first sheet that become one."""
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    held = io.BytesIO()
    book.save(held)
    return edited(held.getvalue(), "xl/workbook.xml", 'fullCalcOnLoad="1"', "")


def edited(content: bytes, part: str, old: str, new: str) -> bytes:
    """The same workbook with another text in one of its parts. The old text must be there."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            text = before.read(info)
            if info.filename == part:
                assert old.encode() in text, text[:2000]
                text = text.replace(old.encode(), new.encode())
            after.writestr(zipfile.ZipInfo(info.filename), text)
    return held.getvalue()
