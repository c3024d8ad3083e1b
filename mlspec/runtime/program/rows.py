"""Rows as programs read them, and answers as they write them: CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.signature import Feature, Label, Signature

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PREDICTION = "prediction"
"""The column of the answers."""


def table_of(signature: Signature, features: pd.DataFrame) -> pa.Table:
    """Rows that `prepare` returned, by their declared types: whole numbers as such, missing as null. Times are seconds since 1970 UTC."""
    import pyarrow as pa

    return pa.table({f.name: _column(f, features[f.name]) for f in signature.features})


def _column(feature: Feature, values: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    if feature.type == "string":
        return pa.array([None if isinstance(v, float) else v for v in values.tolist()], pa.string())
    numbers = values.to_numpy(dtype=np.float64)
    missing = np.isnan(numbers)
    if feature.type == "boolean":
        return pa.array(np.where(missing, 0.0, numbers) != 0, pa.bool_(), mask=missing)
    if feature.type == "integer" and (np.abs(numbers[~missing]) < 2**63).all():
        return pa.array(np.where(missing, 0.0, numbers).astype(np.int64), mask=missing)
    return pa.array(numbers, mask=missing)


def write_rows(table: pa.Table, path: Path, form: str) -> None:
    """CSV with a header, text in quotes and missing values empty; or Parquet."""
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if form == "parquet":
        pq.write_table(table, path)
    else:
        pc.write_csv(table, path)


def lines_of(table: pa.Table, form: str) -> list[bytes]:
    """A line for each row, without a header. Raises MLS0664 for text with an end of line in it, where lines are CSV."""
    if form == "json":
        columns = table.to_pydict().values()
        return [json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n" for row in zip(*columns, strict=True)]
    import pyarrow.csv as pc

    _require_one_line(table)
    text = io.BytesIO()
    pc.write_csv(table, text, pc.WriteOptions(include_header=False))
    return text.getvalue().splitlines(keepends=True)


def _require_one_line(table: pa.Table) -> None:
    import pyarrow as pa

    for name in table.column_names:
        if pa.types.is_string(table.schema.field(name).type):
            for value in table[name].to_pylist():
                if value and ("\n" in value or "\r" in value):
                    message = f"input `{name}` holds an end of line, and the model's program reads a row from each line of CSV"
                    raise problem("MLS0664", message, help="send it without; or let the program read `lines: json`, and train again")


def target_column(values: Any) -> Any:
    """The target as programs read it: numbers, or labels."""
    import pyarrow as pa

    return pa.array(values.tolist())


class Answered:
    """Reads what a program answers: a value or label, and with classes also one share for each, in the order of the signature."""

    def __init__(self, signature: Signature, shares: bool | None) -> None:  # noqa: FBT001 - None: not known yet
        self.signature, self.shares = signature, shares
        classes = signature.classes
        self._labels = None if classes is None else {spelled(c): c for c in classes}

    def of_table(self, path: Path, count: int) -> tuple[Any, Any]:
        """The answers in a CSV file with a header: `prediction`, and a column for each class where it gives shares."""
        limit = 1_000_000 + count * 64 * (2 + len(self.signature.classes or ())) + count * 4 * max(map(len, self._labels or [""]))
        if not path.is_file() or path.is_symlink():
            raise bad("it ended well, and wrote no answers", "let it write a CSV file to the path in MLSPEC_ANSWERS")
        if path.stat().st_size > limit:
            raise bad(f"its answers are larger than {limit:,} bytes for {count} rows", "let it write a line a row")
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            rows = csv.reader(file)
            order = self._order(next(rows, []))
            return self.of_rows(([row[i] if i < len(row) else "" for i in order] for row in rows if row), count)

    def _order(self, header: Sequence[str]) -> list[int]:
        names = [name.strip() for name in header]
        if PREDICTION not in names:
            raise bad(f"its answers have no column `{PREDICTION}`, but {', '.join(names[:5]) or 'nothing'}", "name the column so")
        wanted = list(self._labels or ())
        there = [label for label in wanted if label in names]
        if there and len(there) < len(wanted):
            lacking = next(label for label in wanted if label not in names)
            raise bad(f"its answers have no column for the class `{lacking}`", "give a column for each class, or none")
        return [names.index(name) for name in (PREDICTION, *there)]

    def of_rows(self, rows: Iterable[Sequence[str]], count: int) -> tuple[Any, Any]:
        """`count` answers: values or labels (n,), and shares (n, classes) or None. Raises MLS0668."""
        import numpy as np

        predicted, shares = [], []
        for number, row in enumerate(rows, 1):
            if number > count:
                raise bad(f"it answered more than the {count} rows that it was asked", "let it answer each row once, in order")
            value, *rest = row or [""]
            predicted.append(self._value(value.strip(), number))
            shares.append(self._shares(rest, number))
        if len(predicted) < count:
            raise bad(f"it answered {len(predicted)} of {count} rows", "let it answer each row once, in order")
        if self._labels is None:
            return np.array(predicted, dtype=np.float64), None
        labels = np.empty(count, dtype=object)
        labels[:] = predicted
        return labels, np.array(shares, dtype=np.float64) if self.shares else None

    def _value(self, text: str, number: int) -> Any:
        if self._labels is None:
            found = _number(text)
            if found is None:
                raise bad(f"its answer to row {number} is no finite number: {text[:60]!r}", "let it write a number")
            return found
        label = self._label(text)
        if label is None:
            known = ", ".join(list(self._labels)[:5])
            raise bad(f"its answer to row {number} is none of the classes: {text[:60]!r}", f"the classes are: {known}")
        return self._labels[label]

    def _label(self, text: str) -> str | None:
        labels = self._labels or {}
        if text in labels:
            return text
        if text.casefold() in labels and isinstance(labels[text.casefold()], bool):
            return text.casefold()
        number = _number(text)
        whole = str(int(number)) if number is not None and number.is_integer() else ""
        return whole if isinstance(labels.get(whole), int) else None

    def _shares(self, texts: Sequence[str], number: int) -> list[float] | None:
        if self._labels is None:
            return None
        if self.shares is None:
            self.shares = bool(texts)
        if bool(texts) != self.shares or len(texts) not in (0, len(self._labels)):
            wanted = f"{len(self._labels)} shares" if self.shares else "no shares"
            raise bad(f"its answer to row {number} has {len(texts)} shares, and {wanted} are expected", "one for each class, or none")
        found = [_number(text) for text in texts]
        if found and not is_distribution(found):
            raise bad(f"its shares of the classes for row {number} are no probabilities: {', '.join(texts[:5])}", "let them add up to 1")
        return found  # type: ignore[return-value]


def is_distribution(shares: Sequence[float | None], tolerance: float = 1e-3) -> bool:
    """Whether numbers are probabilities that add up to 1."""
    known = [share for share in shares if share is not None and -tolerance <= share <= 1 + tolerance]
    return len(known) == len(shares) and abs(sum(known) - 1) <= tolerance


def spelled(label: Label) -> str:
    """A class as programs read and write it."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def csv_rows(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """Answers, a line each."""
    for line in lines:
        yield next(csv.reader([line.decode("utf-8", "replace").strip("\r\n")]), [])


def json_rows(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """Answers as JSON: a value, or a list of label and shares."""
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError as error:
            raise bad(f"its answer is no JSON: {line[:60]!r}", "let it write a JSON value on each line") from error
        yield [value if isinstance(value, str) else json.dumps(value) for value in (found if isinstance(found, list) else [found])]


READERS: Mapping[str, Any] = {"csv": csv_rows, "json": json_rows}


def bad(what: str, help_text: str) -> Problems:
    """The diagnostic of a program that answers otherwise than it must."""
    return problem("MLS0668", f"the model's program: {what}", help=help_text)
