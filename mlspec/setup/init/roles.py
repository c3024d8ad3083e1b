"""What each column is to a model: the key, a feature, free text, or nothing to learn from. By evidence, and told with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.runtime.tables import ident
from mlspec.setup.init.notes import Role, count

MANY_LEVELS = 1000
SOME_LEVELS = 50
FEW_ROWS_A_LEVEL = 5
NEARLY = 0.9
_FEW = 10
_WORDS = 3.0
_LONG_KEY = 64
_ID = re.compile(
    r"(^|[_\-. ])(ids?|key|uuid|guid|pk|hash|index|idx|no|nr|num|number|code|ref)$|^(id|uuid|guid|key)[_\-. ]"
    r"|[a-z](Id|ID|Key|UUID|No|Nr|Code)$"
)
_UNNAMED = re.compile(r"unnamed: ?\d+|column\d+|rownames?|row_?(id|number)|index", re.IGNORECASE)
_ENTITY = re.compile(
    r"(customer|client|user|patient|subject|person|member|account|device|machine|household|driver|player|student|employee|visitor|session)"
    r"s?[_\-. ]?(id|no|nr|key|number|code)$",
    re.IGNORECASE,
)
_PROPER = re.compile(
    r"(^|[_\-. ])(sur|first|last|full|user)?_?names?$|e-?mail|phone|address|street|ticket|licen[cs]e|passport|iban", re.IGNORECASE
)
_MOMENT = re.compile(r"time|date|day|datum|month|stamp|created|when|_at$|^at$|_on$|year|week|hour|ds$|^ts$", re.IGNORECASE)
_NOT_WHEN = re.compile(r"birth|dob|born|expir|valid|until|deadline|due|maturity", re.IGNORECASE)
_LEAST_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a column: counts of rows; of text the longest value, the mean number of words, and whether all look like codes.

    `runs`: whole numbers without a gap, as rows are counted. `sorted`: values that never fall from row to row.
    """

    name: str
    kind: str
    rows: int
    known: int
    distinct: int
    longest: int = 0
    words: float = 0.0
    coded: bool = False
    runs: bool = False
    is_sorted: bool = False

    @property
    def missing(self) -> int:
        return self.rows - self.known

    @property
    def is_unique(self) -> bool:
        return self.rows > 1 and self.distinct == self.rows

    @property
    def nearly_unique(self) -> bool:
        return self.known > 1 and self.distinct >= NEARLY * self.known

    @property
    def is_text(self) -> bool:
        """Several words a value, and hardly two alike: prose."""
        return self.kind == "string" and self.words >= _WORDS and self.distinct > max(10, min(self.known / 10, MANY_LEVELS))

    @property
    def named_id(self) -> bool:
        return bool(_ID.search(self.name) or _UNNAMED.fullmatch(self.name))

    @property
    def repeats(self) -> str:
        return f"{count(self.distinct, 'value')} in {count(self.known, 'row')}"


def gather(connection: Any, kinds: Mapping[str, str], order: str) -> dict[str, Evidence]:
    """Look at every column of the table `data`, whose rows stand in the order of the column `order`."""
    rows = int(connection.execute("SELECT count(*) FROM data").fetchone()[0])
    return {name: _evidence(connection, name, kind, rows, order) for name, kind in kinds.items()}


def _evidence(connection: Any, name: str, kind: str, rows: int, order: str) -> Evidence:
    c = ident(name)
    items = [f"count({c})", f"count(DISTINCT {c})"]
    if kind == "string":
        words = f"len(regexp_split_to_array(trim({c}), '\\s+'))"
        items += [
            f"coalesce(max(length({c})), 0)",
            f"coalesce(avg({words}), 0)",
            f"coalesce(bool_and(regexp_full_match({c}, '\\S*[0-9]\\S*')), false)",
        ]
    elif kind == "integer":
        items.append(f"coalesce(max({c}) - min({c}) + 1 = count(DISTINCT {c}), false)")
    known, distinct, *rest = connection.execute(f"SELECT {', '.join(items)} FROM data").fetchone()
    if kind == "string":
        return Evidence(name, kind, rows, known, distinct, int(rest[0]), float(rest[1]), bool(rest[2]))
    falls = f"SELECT count(*) FROM (SELECT {c} < lag({c}) OVER (ORDER BY {ident(order)}) AS f FROM data) WHERE f"
    ordered = kind in ("date", "timestamp", "integer") and not connection.execute(falls).fetchone()[0]
    return Evidence(name, kind, rows, known, distinct, runs=bool(rest and rest[0]), is_sorted=ordered)


def find_key(columns: Sequence[Evidence]) -> tuple[str, str] | None:
    """The column that names a row, and why. Being different in every row is not enough: a price or a title may be that."""
    for at, column in enumerate(columns):
        short = column.kind != "string" or (column.longest <= _LONG_KEY and column.words < 2)
        if not column.is_unique or not short or column.kind in ("number", "boolean"):
            continue
        if column.named_id and not _UNNAMED.fullmatch(column.name):
            return column.name, f"different in each of {count(column.rows, 'row')}, short, and named like a key"
        if column.kind in ("date", "timestamp") and _MOMENT.search(column.name) and not _NOT_WHEN.search(column.name):
            return column.name, f"a different {'day' if column.kind == 'date' else 'moment'} in each of {count(column.rows, 'row')}"
        if at == 0 and column.coded:
            return column.name, f"the first column, and a different code in each of {count(column.rows, 'row')}"
    return None


def find_time(columns: Sequence[Evidence]) -> tuple[str | None, list[tuple[str, str]]]:
    """The column that says when a row happened, and what is to be told of it and of those that look like it but don't serve."""
    told: list[tuple[str, str]] = []
    for column in columns:
        if column.kind not in ("date", "timestamp"):
            continue
        why = _not_when(column)
        if why is None:
            how = "and the rows stand in its order" if column.is_sorted else "by its name"
            return column.name, [*told, (column.name, f"when a row happened ({how}): the newest 20% of the rows are the test")]
        told.append((column.name, f"a {column.kind}, and not taken for when a row happened: {why}"))
    return None, told


def _not_when(column: Evidence) -> str | None:
    if column.missing:
        return f"it is missing in {count(column.missing, 'row')}"
    if _NOT_WHEN.search(column.name):
        return "its name says something else"
    if column.distinct < 5 and column.rows > column.distinct:
        return f"it has {count(column.distinct, 'value')} only"
    return None if column.is_sorted or _MOMENT.search(column.name) else "neither its name nor the order of the rows says so"


def find_group(columns: Sequence[Evidence]) -> tuple[str, str] | None:
    """A column by which rows belong together (the same customer), and why: else the model is tested on those it has seen."""
    for column in columns:
        is_entity = column.kind in ("string", "integer") and _ENTITY.search(column.name) and not column.missing
        if is_entity and column.distinct >= _LEAST_GROUPS and column.known >= 2 * column.distinct:
            return column.name, f"{column.repeats}: no one of them stands in training and in test"
    return None


def role_of(column: Evidence) -> tuple[Role, str]:
    """What a column that is neither target nor key nor time is to the model, and why where that is no plain feature."""
    if column.known == 0:
        return "excluded", "it has no value at all"
    if column.distinct == 1 and not column.missing:
        return "excluded", "it has the same value in every row"
    if column.kind == "integer" and column.nearly_unique and (column.named_id or (column.runs and column.is_sorted)):
        return "excluded", f"it names or counts the rows: {column.repeats}"
    return _text(column) if column.kind == "string" else ("feature", "")


def _text(column: Evidence) -> tuple[Role, str]:
    if column.nearly_unique and column.distinct > _FEW and _PROPER.search(column.name):
        return "excluded", f"it names whom or what a row is about: {column.repeats}"
    if column.is_text:
        texts = f"{count(column.distinct, 'different text')} in {count(column.known, 'row')}"
        return "text", f"{column.words:.0f} words a value, {texts}"
    return _category(column)


def _category(column: Evidence) -> tuple[Role, str]:
    if column.distinct > _FEW and column.nearly_unique:
        return "excluded", f"it names nearly every row: {column.repeats}"
    if column.distinct > MANY_LEVELS:
        return "excluded", f"too many categories to learn from: {column.repeats}"
    if column.distinct > SOME_LEVELS and column.known < FEW_ROWS_A_LEVEL * column.distinct:
        return "excluded", f"too few rows for each category: {column.repeats}"
    return "feature", ""
