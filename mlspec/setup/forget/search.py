"""Whether rows are about a person: a column of the key, or one of personal data, has the text, or what a secret key makes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from mlspec.runtime.tables import ident, literal

_READERS = {
    ".parquet": "read_parquet({})",
    ".csv": "read_csv({}, all_varchar = true, header = true)",
    ".tsv": "read_csv({}, all_varchar = true, header = true)",
    ".jsonl": "read_json({}, format = 'newline_delimited')",
    ".json": "read_json({}, format = 'auto')",
}


def holds(file: Path, name: str, columns: Collection[str], texts: Iterable[str]) -> bool | None:
    """Whether any of `columns` has one of `texts` in any row; None where that can't be told: another format, or none of the columns.

    `name`: what the file was called, which says how it is read. Columns are found whatever their case. Numbers compare as numbers.
    """
    import duckdb

    reader = next((form for ends, form in _READERS.items() if name.casefold().endswith(ends)), None)
    if reader is None:
        return None
    rows = reader.format(literal(str(file)))
    with duckdb.connect() as connection:
        try:
            there = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
            asked = {c.casefold() for c in columns}
            found = [(column, kind) for column, kind in there.items() if column.casefold() in asked]
            if not found:
                return None
            condition = " OR ".join(_equals(column, kind, text) for column, kind in found for text in texts)
            answer = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM {rows} WHERE {condition} LIMIT 1)").fetchone()
        except duckdb.Error:
            return None
    return bool(answer and answer[0])


def _equals(column: str, kind: str, text: str) -> str:
    same = f"CAST({ident(column)} AS VARCHAR) = {literal(text)}"
    if kind == "VARCHAR":
        return f"trim({ident(column)}) = {literal(text.strip())}"
    return f"({same} OR {ident(column)} = TRY_CAST({literal(text)} AS {kind}))"
