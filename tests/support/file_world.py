"""A project whose sources are files of many forms; its model learns from what is made of all of them."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile

from support.projects import SPECS, sales_rows
from support.workbooks import workbook

_SOURCE = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {{name: {name}}}\nspec:\n  file: {{{file}}}\n{more}"
_LOCATIONS = {
    "archive": ('path: data/sales.zip, member: "sales/*.csv"', ""),
    "parts": ("path: data/parts/**/*.csv", ""),
    "book": ("path: data/book.xlsx", "  read: {sheet: sales, headerRow: 3}\n"),
    "notes": ("path: data/notes", "  format: texts\n"),
    "export": ("path: data/export.xml.gz", "  read: {rows: shop/sales/sale}\n"),
}
MADE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  from:
    inputs: {archive: {source: archive}, parts: {source: parts}, book: {source: book}, export: {source: export}}
    sql: queries/sales.sql
  columns:
    - {name: day, type: date}
    - {name: shop, type: string}
    - {name: price, type: number}
    - {name: count, type: integer}
  key: [day, shop]
  timeColumn: day
"""
QUERY = """\
SELECT day, shop, price, count FROM archive
UNION ALL
SELECT day, shop, price, count FROM parts
UNION ALL
SELECT day, shop, price, count FROM book
UNION ALL
SELECT day, shop, price, count FROM export
"""


def files() -> dict[str, str | bytes]:
    """All files by path: the rows of sales are shared out to the sources."""
    heading, *rows = sales_rows().splitlines(keepends=True)
    first, second, third, fourth = (rows[at : at + 60] for at in range(0, 240, 60))
    found: dict[str, str | bytes] = {**SPECS, "specs/sales.yaml": MADE, "queries/sales.sql": QUERY}
    for name, (file, more) in _LOCATIONS.items():
        found[f"specs/{name}.yaml"] = _SOURCE.format(name=name, file=file, more=more)
    found["data/sales.zip"] = zipped({"sales/a.csv": heading + "".join(first[:30]), "sales/b.csv": heading + "".join(first[30:])})
    for shop in ("north", "south"):
        own = [row.replace(f",{shop},", ",") for row in second if f",{shop}," in row]
        found[f"data/parts/shop={shop}/all.csv"] = heading.replace("shop,", "") + "".join(own)
    found |= {f"data/notes/{label}/{n}.txt": f"{label} number {n}\n" for label in ("ham", "spam") for n in range(3)}
    found["data/book.xlsx"] = workbook(
        {"sales": [["Sales of 2024"], [], heading.strip().split(","), *map(_cells, third)], "notes": [["?"]]}, merged=["A1:D1"]
    )
    names = heading.strip().split(",")
    rows_of = [dict(zip(names, row.strip().split(","), strict=True)) for row in fourth]
    sales = "".join("<sale " + " ".join(f"{name}='{value}'" for name, value in row.items()) + "/>" for row in rows_of)
    found["data/export.xml.gz"] = gzip.compress(f"<shop><sales>{sales}</sales></shop>".encode(), mtime=0)
    return found


def _cells(row: str) -> list[object]:
    day, shop, price, count = row.strip().split(",")
    return [dt.date.fromisoformat(day), shop, float(price), int(count)]


def zipped(members: dict[str, str]) -> bytes:
    """An archive; the same bytes for the same members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return held.getvalue()
