"""Rules and rows on which every engine must say the same: what DuckDB says is written here, and others are held against it.

A case: rows (columns by name; Arrow types where Python's would not do), rules, and by check what comes of it: the measured value, and for
row checks the numbers of the bad rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mlspec.runtime.context import Context
from mlspec.runtime.tables import columns_of
from mlspec.runtime.validate import open_rows
from mlspec.runtime.validate.check import Check
from mlspec.runtime.validate.compile_rules import compile_rules
from mlspec.runtime.validate.measure import Engine

NAN, INF = float("nan"), float("inf")
DAY = dt.date(2024, 2, 29)


def at(*parts: int) -> dt.datetime:
    """A time without a zone, as columns have it."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


NOON = at(2024, 2, 29, 12, 0, 0, 1)


@dataclass(frozen=True)
class Case:
    """`expected`: for each check, in order, its value, or (value, numbers of the bad rows)."""

    name: str
    rows: dict[str, Any]
    rules: list[dict[str, Any]]
    expected: list[Any]

    @property
    def table(self) -> pa.Table:
        return pa.table({name: values if isinstance(values, pa.Array) else pa.array(values) for name, values in self.rows.items()})

    def columns(self, connection: Any) -> dict[str, str]:
        """{column: DuckDB type}."""
        return columns_of(connection, "data")

    @property
    def named(self) -> list[dict[str, Any]]:
        return [{"onFailure": "fail", "name": f"r{i}"} | rule for i, rule in enumerate(self.rules, 1)]


def rows(count: Any, *numbers: int) -> tuple[Any, tuple[int, ...]]:
    """What a row check gives."""
    return count, numbers


def _expressions(columns: dict[str, Any], *pairs: tuple[str, tuple[int, ...]]) -> tuple[dict[str, Any], list[dict[str, Any]], list[Any]]:
    return columns, [{"expression": text} for text, _ in pairs], [(len(bad), bad) for _, bad in pairs]


NUMBERS = {"x": pa.array([1.5, NAN, None, -0.0, INF, -INF, 0.1]), "k": [1, 2, None, 0, -7, 2**53 + 1, 9]}
TEXTS = {"t": ["abc", "", None, "a\nb", "日本", "A%_", "a'b\\"], "u": ["abc", "x", "y", None, "日", "a", "b"]}
TIMES = {
    "d": [DAY, None, dt.date(1, 1, 1), dt.date(1969, 12, 31), dt.date(9999, 12, 31)],
    "m": [NOON, None, at(1, 1, 1), at(1969, 12, 31, 23, 59, 59, 999999), at(1582, 10, 10, 5)],
}

CASES = [
    Case(
        "missing values",
        NUMBERS,
        [{"column": "x", "notNull": True}, {"column": "k", "notNull": True, "maxMissing": 0.5}],
        [rows(1, 3), rows(1, 3), 1 / 7],
    ),
    Case("NaN is missing in a share", NUMBERS, [{"column": "x", "maxMissing": 0.1}], [2 / 7]),
    Case(
        "numbers between",
        NUMBERS,
        [{"column": "x", "between": [0, 2]}, {"column": "k", "between": [0, 9]}],
        [rows(3, 2, 5, 6), rows(2, 5, 6)],
    ),
    Case(
        "whole numbers beyond 2^53",
        {"k": [2**53, 2**53 + 1, 2**63 - 1, -(2**63)]},
        [{"column": "k", "between": [0, 2**53]}, {"column": "k", "in": [2**53 + 1]}],
        [rows(3, 2, 3, 4), rows(3, 1, 3, 4)],
    ),
    Case("whole numbers between fractions", {"k": [0, 1, 2, None]}, [{"column": "k", "between": [0.5, 1.5]}], [rows(2, 1, 3)]),
    Case(
        "numbers in a list",
        NUMBERS,
        [{"column": "x", "in": [1.5, 0, "0.1"]}, {"column": "k", "in": [1, "2", 1e0]}],
        [rows(3, 2, 5, 6), rows(4, 4, 5, 6, 7)],
    ),
    Case("texts in a list", TEXTS, [{"column": "t", "in": ["abc", "日本", "a'b\\", "a\nb"]}], [rows(2, 2, 6)]),
    Case(
        "times in a list",
        TIMES,
        [{"column": "d", "in": ["2024-02-29", "0001-01-01"]}, {"column": "m", "in": ["2024-02-29 12:00:00.000001"]}],
        [rows(2, 4, 5), rows(3, 3, 4, 5)],
    ),
    Case("booleans in a list", {"b": [True, False, None]}, [{"column": "b", "in": [True]}], [rows(1, 2)]),
    Case(
        "a whole text matches",
        TEXTS,
        [{"column": "t", "matches": "[a-c]+"}, {"column": "t", "matches": ".*"}, {"column": "t", "matches": "a.b|."}],
        [rows(5, 2, 4, 5, 6, 7), rows(1, 4), rows(6, 1, 2, 4, 5, 6, 7)],
    ),
    Case(
        "regular expressions of which RE2 and Java think otherwise",
        {
            "t": [
                "a\n",
                "a\r",
                "a\u2028",
                "a\x0b",
                "a",
                "é",
                "٣",
                "a]",
                "a&&b",
                "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
            ]
        },
        [
            {"column": "t", "matches": pattern}
            for pattern in ["a$", "a.", "a\\s", "\\w", "\\d", "[[a]+.", "[a&&b]+", ".", "[^a]", "\\x{1F600}", "a{,2}"]
        ],
        [
            rows(9, 1, 2, 3, 4, 6, 7, 8, 9, 10),
            rows(6, 1, 5, 6, 7, 9, 10),
            rows(8, 3, 4, 5, 6, 7, 8, 9, 10),
            rows(9, 1, 2, 3, 4, 6, 7, 8, 9, 10),
            rows(10, *range(1, 11)),
            rows(6, 1, 5, 6, 7, 9, 10),
            rows(8, 1, 2, 3, 4, 6, 7, 8, 10),
            rows(6, 1, 2, 3, 4, 8, 9),
            rows(7, 1, 2, 3, 4, 5, 8, 9),
            rows(9, *range(1, 10)),
            rows(10, *range(1, 11)),
        ],
    ),
    Case(
        "no two rows",
        {"k": [1, 1, None, None, 2], "x": pa.array([NAN, NAN, 0.0, -0.0, 1.0])},
        [{"unique": ["k"]}, {"unique": ["x"]}, {"unique": ["k", "x"]}],
        [rows(2, 2, 4), rows(2, 2, 4), rows(2, 2, 4)],
    ),
    Case("rows are counted", NUMBERS, [{"rowCount": {"min": 8}}], [7]),
    Case(
        "the mean",
        {"k": [1, 2, None, 4], "x": [0.1, 0.2, 0.3, None]},
        [{"column": "k", "mean": {"max": 2}}, {"column": "x", "mean": {"max": 0.2}}],
        [7 / 3, 0.2],
    ),
    Case(
        "the mean of endless numbers",
        {"x": [INF, 1.0], "y": [INF, -INF], "z": [NAN, INF]},
        [{"column": c, "mean": {"min": 1}} for c in "xyz"],
        [INF, NAN, NAN],
    ),
    Case("the mean of a constant", {"x": [0.1] * 10}, [{"column": "x", "mean": {"between": [0.1, 0.1]}}], [0.1]),
    Case("the mean of numbers that swallow each other", {"x": [1e16, 1.0, -1e16, 5e-324]}, [{"column": "x", "mean": {"max": 1}}], [0.25]),
    Case(
        "the mean of nothing",
        {"x": pa.array([None, None], pa.float64())},
        [{"column": "x", "mean": {"max": 2}}, {"column": "x", "quantile": {"q": 0.5, "max": 2}}],
        [None, None],
    ),
    Case(
        "quantiles",
        {"x": [4.0, 1.0, None, 2.0, 8.0], "k": [1, 2, 3, 4, 10]},
        [{"column": "x", "quantile": {"q": q, "max": 1}} for q in (0.01, 0.5, 0.9)] + [{"column": "k", "quantile": {"q": 0.5, "max": 1}}],
        [1.03, 3.0, 6.800000000000001, 3.0],
    ),
    Case(
        "classes",
        {"t": ["b", "a", None, "a", "é"], "b": [True, False, None, True, True], "k": [1, 1, 2, 3, None]},
        [{"classBalance": {"column": c, "min": 0.4}} for c in "tbk"],
        [{"a": 2, "b": 1, "é": 1}, {"false": 1, "true": 3}, {"1": 2, "2": 1, "3": 1}],
    ),
    Case(
        "no value of the future",
        {"d": [DAY, dt.date(2999, 1, 1)], "m": [NOON, at(2999, 1, 1)]},
        [{"fresh": {"column": "d", "within": 60}}, {"fresh": {"column": "m", "within": 60}}],
        [rows(1, 2), 1709164800.0, rows(1, 2), 1709208000.000001],
    ),
    Case(
        "a query that counts",
        NUMBERS,
        [
            {"sql": {"query": q, "max": 0}}
            for q in [
                "select count(*) from data where k > 0",
                "select sum(k) - 1 from data",
                "select 100.0 * count(x) / count(*) from data",
                "select count(distinct k) from data",
                "select max(k) from data where k < 100",
                "select count(*) filter (x > 0) from data",
            ]
        ],
        [4.0, float(2**53 + 5), 600 / 7, 6.0, 9.0, 4.0],
    ),
    Case("a query alone, of no rows", {"k": pa.array([], pa.int64())}, [{"sql": {"query": "select count(*) from data", "max": 0}}], [0.0]),
    Case(
        "no rows at all",
        {"k": pa.array([], pa.int64()), "t": pa.array([], pa.string())},
        [
            {"column": "k", "notNull": True, "mean": {"max": 1}},
            {"column": "t", "matches": "a", "maxMissing": 0.5},
            {"unique": ["k"]},
            {"rowCount": {"max": 1}},
        ],
        [rows(0), None, rows(0), None, rows(0), 0],
    ),
    Case(
        "expressions of numbers",
        *_expressions(
            NUMBERS,
            ("x > 0", (3, 4, 6)),
            ("x = x", (3,)),
            ("NOT isnan(x) OR x IS NULL", (2,)),
            ("isfinite(x)", (2, 3, 5, 6)),
            ("k / 0 > 0", (3, 4, 5)),
            ("k / x > 0", (2, 3, 4, 5, 6)),
            ("1 / x < 0", (1, 2, 3, 5, 6, 7)),
            ("k % 4 >= 0 AND k // 2 >= 0", (3, 5)),
            ("k + 1 > 1.5", (3, 4, 5)),
            ("k * 2 - 1 <> 3", (2, 3)),
            ("k > 9007199254740992.5", (1, 2, 3, 4, 5, 7)),
            ("-k < 0 AND abs(k) > 1", (1, 3, 4, 5)),
            ("k IN (1, 2.0) OR x BETWEEN 0 AND 0.1", (3, 5, 6)),
            ("coalesce(x, 0) IS NOT NULL", ()),
            ("nullif(k, 2) IS NOT NULL", (2, 3)),
            ("CASE WHEN k > 1 THEN x WHEN k = 1 THEN k END > 0", (3, 4, 5, 6)),
            ("floor(x) = ceil(x)", (1, 3, 7)),
            ("1 / ceil(x - 0.5) < 0", (1, 2, 3, 5, 6)),
            ("(k > 0) IS TRUE", (3, 4, 5)),
            ("k IS DISTINCT FROM 2", (2,)),
            ("x > 0 AND k > 0 OR k IS NULL", (4, 5, 6)),
        ),
    ),
    Case(
        "expressions of texts",
        *_expressions(
            TEXTS,
            ("length(t) > 1", (2, 3)),
            ("length(t) = 2", (1, 2, 3, 4, 6, 7)),
            ("t = u", (2, 3, 4, 5, 6, 7)),
            ("t < 'b'", (3, 5)),
            ("t LIKE 'a_b%'", (1, 2, 3, 5, 6)),
            ("t NOT LIKE '%b%'", (1, 3, 4, 7)),
            ("starts_with(t, 'a') OR contains(t, '本') OR ends_with(t, '_')", (2, 3)),
            ("t || u = 'abcabc'", (2, 3, 4, 5, 6, 7)),
            ("regexp_matches(t, '[b-z]$')", (2, 3, 5, 6, 7)),
            ("t <> '' AND t NOT IN ('abc')", (1, 2, 3)),
        ),
    ),
    Case(
        "expressions of times",
        *_expressions(
            TIMES,
            ("year(d) > 1 AND month(m) < 12", (2, 3, 4)),
            ("day(d) >= 29 AND quarter(d) IN (1, 4)", (2, 3)),
            ("extract(hour FROM m) = 12 OR minute(m) = 59", (2, 3, 5)),
            ("d < m", (2, 3, 5)),
            ("d <= '2024-02-29' AND m < TIMESTAMP '2024-02-29 12:00:00.000001'", (1, 2, 5)),
            ("CAST(m AS DATE) = d", (2, 5)),
            ("m > DATE '1969-12-31'", (2, 3, 5)),
        ),
    ),
    Case(
        "exact decimals",
        {"e": pa.array([Decimal("1.10"), Decimal("0.09"), None], pa.decimal128(5, 2)), "k": [1, 2, 3]},
        [{"expression": "e > 0.1 AND e <> 1.1"}, {"expression": "e < k"}, {"column": "e", "in": [1.1]}, {"column": "e", "notNull": True}],
        [rows(3, 1, 2, 3), rows(2, 1, 3), rows(1, 2), rows(1, 3)],
    ),
    Case(
        "small numbers",
        {"i": pa.array([1, None, 127], pa.int8()), "f": pa.array([0.1, None, 2.5], pa.float32())},
        [{"column": "i", "between": [0, 100]}, {"column": "f", "between": [0, 1]}, {"column": "f", "notNull": True}],
        [rows(1, 3), rows(1, 3), rows(1, 2)],
    ),
    Case(
        "names of columns as people write them",
        {"Total Sum": [1, 2], 'a"b`c': [1, 5], "select": [0, 3]},
        [{"column": "Total Sum", "between": [0, 1]}, {"column": 'a"b`c', "in": [1]}, {"expression": '"Total Sum" = "SELECT"'}],
        [rows(1, 2), rows(1, 2), rows(2, 1, 2)],
    ),
]


def opened(case: Case, folder: Path) -> tuple[Any, list[Check]]:
    """A connection with the rows of a case, and the checks of its rules."""
    pq.write_table(case.table, folder / "clean.parquet")
    context = Context("validate", folder, folder, {"rules": case.named, "key": []})
    connection = open_rows(context, folder / "clean.parquet")
    return connection, compile_rules(context, connection, case.columns(connection), None)


def judged(engine: Engine, checks: list[Check]) -> list[tuple[Any, tuple[int, ...]]]:
    """By check the value, and the numbers of the bad rows; its words as well where others are compared: see `said`."""
    return [(o.value, tuple(engine.bad_rows(o))) for o in engine.measure(checks)]


def said(engine: Engine, checks: list[Check]) -> list[Any]:
    """All that an engine says of checks, each as text that can be compared (NaN is NaN)."""
    return [
        (c.rule, c.key, repr(o.value), o.found, o.status, engine.bad_rows(o)) for c, o in zip(checks, engine.measure(checks), strict=True)
    ]
