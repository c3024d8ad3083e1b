"""A project whose sources are files of many forms; its model learns from what is made of all of them."""

from __future__ import annotations

import io
import zipfile

from support.projects import SPECS, sales_rows

_SOURCE = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {{name: {name}}}\nspec:\n  file: {{{file}}}\n{more}"
_LOCATIONS = {
    "archive": ('path: data/sales.zip, member: "sales/*.csv"', ""),
    "parts": ("path: data/parts/**/*.csv", ""),
}
MADE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  from: {inputs: {archive: {source: archive}, parts: {source: parts}}, sql: queries/sales.sql}
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
"""


def files() -> dict[str, str | bytes]:
    """All files by path: the rows of sales are shared out to the sources."""
    heading, *rows = sales_rows().splitlines(keepends=True)
    first, second = rows[:120], rows[120:]
    found: dict[str, str | bytes] = {**SPECS, "specs/sales.yaml": MADE, "queries/sales.sql": QUERY}
    for name, (file, more) in _LOCATIONS.items():
        found[f"specs/{name}.yaml"] = _SOURCE.format(name=name, file=file, more=more)
    found["data/sales.zip"] = zipped({"sales/a.csv": heading + "".join(first[:60]), "sales/b.csv": heading + "".join(first[60:])})
    for shop in ("north", "south"):
        own = [row.replace(f",{shop},", ",") for row in second if f",{shop}," in row]
        found[f"data/parts/shop={shop}/all.csv"] = heading.replace("shop,", "") + "".join(own)
    return found


def zipped(members: dict[str, str]) -> bytes:
    """An archive; the same bytes for the same members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return held.getvalue()
