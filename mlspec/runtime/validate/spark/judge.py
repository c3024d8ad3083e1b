"""The engine that `validate` asks where rules are measured on Spark. Verdicts, words and files are made here, of rows that never left."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.runtime import tables
from mlspec.runtime.sql_syntax import Tree
from mlspec.runtime.validate.check import Check, Outcome
from mlspec.runtime.validate.measure import Here
from mlspec.runtime.validate.spark import mean, times
from mlspec.runtime.validate.spark.figures import LEAVES, Figure, Leaf, column, figure, mean_figure
from mlspec.runtime.validate.spark.others import key_of, other_values, queries_in, views
from mlspec.runtime.validate.spark.rows import Rows
from mlspec.runtime.validate.spark.session import QueryFailedError, Session, opened
from mlspec.runtime.validate.spark.trees import Reader, columns_in
from mlspec.runtime.validate.spark.unlike import ELSEWHERE, Unlike
from mlspec.runtime.validate.spark.upload import NUMBER, bring, keep

OTHERWISE = "Spark may answer it otherwise than DuckDB"
CHECKED, DATA, BAD = "mlspec_checked", "mlspec_data", "mlspec_bad"


@dataclass(frozen=True, slots=True)
class Asked:
    """A check in Spark's words: its figure, and a query of the numbers of its bad rows."""

    figure: Figure
    bad_rows: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that Spark is asked: of which columns, of which values of other sources ({view: SQL here}), and by check (its `id`)."""

    columns: tuple[str, ...]
    others: Mapping[str, str]
    asked: Mapping[int, Asked]


def plan(connection: Any, columns: Mapping[str, str], checks: Sequence[Check]) -> Plan:
    """What is asked of Spark for checks. Raises MLS0539 for all rules that it may answer otherwise."""
    import duckdb

    reader = Reader(connection)
    conditions = [_condition(reader, check) for check in checks]
    named = _columns(reader, columns, checks, conditions)
    found = views(conditions)
    rows = Rows(reader, columns, {name: f"c{i}" for i, name in enumerate(named)}, found)
    asked: dict[int, Asked] = {}
    wrong: list[Diagnostic] = []
    for check, condition in zip(checks, conditions, strict=True):
        try:
            asked[id(check)] = _asked(reader, rows, check, condition)
        except Unlike as why:
            wrong += unlike(check.rule, why).diagnostics
        except duckdb.Error:
            Here(connection).measure([check])  # raises in the words that are used here
            raise
    if wrong:
        raise Problems(list(dict.fromkeys(wrong)))
    others = {view: other_values(reader, part) for view, part in found.values()}
    _check_times(reader, columns, checks, conditions, named, {key: others[view] for key, (view, _) in found.items()})
    return Plan(tuple(named), others, asked)


def _check_times(
    reader: Reader,
    columns: Mapping[str, str],
    checks: Sequence[Check],
    conditions: Sequence[Tree | None],
    named: Sequence[str],
    others: Mapping[str, str],
) -> None:
    """Raise MLS0539 for the rules that look at times which Spark has not. `others`: by the key of a query, SQL of its values."""
    odd = {f"`{name}`" for name in times.without(reader.connection, "data", {name: columns[name] for name in named})}
    odd |= {key for key, query in others.items() if times.in_query(reader.connection, query)}
    wrong: list[Diagnostic] = []
    for check, condition in zip(checks, conditions, strict=True):
        own = {f"`{name}`": f"`{name}`" for name in _columns(reader, columns, [check], [condition])}
        own |= {key_of(query): "what it refers to" for query in queries_in(condition)}
        where = [shown for name, shown in own.items() if name in odd]
        wrong += unlike(check.rule, times.unlike(where)).diagnostics if where else ()
    if wrong:
        raise Problems(list(dict.fromkeys(wrong)))


def unlike(rule: str, why: Unlike) -> Problems:
    """MLS0539 for a rule."""
    return problem("MLS0539", f"rule `{rule}`: {OTHERWISE}: {why}", help=ELSEWHERE)


def _condition(reader: Reader, check: Check) -> Tree | None:
    """The condition of the rows that break a check; None for what is true of the table, or of rows by each other."""
    if check.bad_rows is None or check.differ is not None:
        return None
    where: Tree = reader.tree(check.bad_rows)["statements"][0]["node"]["where_clause"]
    return where


def _columns(reader: Reader, columns: Mapping[str, str], checks: Sequence[Check], conditions: Sequence[Tree | None]) -> list[str]:
    """The columns that any check refers to, as the rows have them in order: nothing else leaves."""
    whole = [reader.tree(f"SELECT {c.measure} FROM data") for c, own in zip(checks, conditions, strict=True) if not queries_in(own)]
    used = columns_in([whole, *(_without_queries(c) for c in conditions)])
    wanted = {name.casefold() for name in used} | {name.casefold() for c in checks if c.differ is not None for name in c.columns}
    return [name for name in columns if name.casefold() in wanted]


def _without_queries(part: Any) -> Any:
    """A part of a tree without the queries in it, whose columns are another table's."""
    if isinstance(part, dict):
        return {key: _without_queries(value) for key, value in part.items() if key != "subquery"}
    return [_without_queries(item) for item in part] if isinstance(part, list) else part


def _asked(reader: Reader, rows: Rows, check: Check, condition: Tree | None) -> Asked:
    if check.differ is not None:
        listed = ", ".join(rows.names[name] for name in check.columns)
        ranked = f"SELECT {NUMBER}, row_number() OVER (PARTITION BY {listed} ORDER BY {NUMBER}) AS n FROM {DATA}"
        return Asked(figure(reader, rows, check.measure), f"SELECT {NUMBER} FROM ({ranked}) WHERE n > 1 ORDER BY {NUMBER}")
    if check.mean_of is not None:
        return Asked(mean_figure(reader, rows, check.mean_of), None)
    if condition is None:
        return Asked(figure(reader, rows, check.measure), None)
    bad = rows.sql(condition)
    query = f"SELECT {NUMBER} FROM {DATA} WHERE {bad} ORDER BY {NUMBER}"
    if queries_in(condition):  # Spark takes a query within a query in WHERE alone
        counted = Leaf("alone", "count(1)", "BIGINT", bad)
        return Asked(Figure((counted,), f"SELECT {column(0)} FROM {LEAVES}"), query)
    return Asked(figure(reader, rows, check.measure), query)


@contextlib.contextmanager
def on_spark(connection: Any, variable: str, seconds: float, planned: Plan) -> Iterator[OnSpark]:
    """The engine, with the rows brought to it. Raises what `opened` and `Session.ask` raise."""
    with opened(variable, seconds) as session:
        engine = OnSpark(connection, session, planned)
        engine.bring()
        yield engine


class OnSpark:
    """Answers as `Here` does, from the rows on Spark."""

    def __init__(self, connection: Any, session: Session, planned: Plan) -> None:
        self._connection, self._session, self._plan = connection, session, planned
        self._here = Here(connection)

    def bring(self) -> None:
        """Upload what the checks ask about."""
        try:
            bring(self._session, self._connection, "checked", self._plan.columns, CHECKED)
            for view, query in self._plan.others.items():
                keep(self._session, self._connection, query, view)
            self._show(f"SELECT * FROM {CHECKED}")
        except QueryFailedError as error:
            raise self._failed("it can't keep the rows", error) from None

    def _show(self, query: str) -> None:
        self._session.ask(lambda: self._session.raw.sql(query).createOrReplaceTempView(DATA))

    def _failed(self, what: str, error: QueryFailedError) -> Problems:
        message = f"the Spark whose address {self._session.variable} holds: {what} ({error})"
        return problem("MLS0538", message, help=f"look at its log; {ELSEWHERE}")

    def exclude(self, rows: Sequence[int]) -> None:
        """Take rows out."""
        del rows  # `Here` was told, and holds them as a table
        keep(self._session, self._connection, f"SELECT {tables.ROW} AS {NUMBER} FROM bad", BAD)
        self._show(f"SELECT d.* FROM {CHECKED} AS d LEFT ANTI JOIN {BAD} AS b ON d.{NUMBER} = b.{NUMBER}")

    def bad_rows(self, outcome: Outcome) -> list[int]:
        """The numbers of the rows that break a check, in order."""
        query = self._plan.asked[id(outcome.check)].bad_rows
        if outcome.rows is not None:
            return list(outcome.rows)
        if query is None:
            return []
        return [int(number) for (number,) in self._rows(query)]

    def measure(self, checks: Sequence[Check]) -> list[Outcome]:
        """What came of each check, in order. Raises MLS0631 for a check at which DuckDB fails, too, and MLS0538 where Spark alone does."""
        asked = [self._plan.asked[id(check)].figure for check in checks]
        together = list(dict.fromkeys(leaf for one in asked for leaf in one.leaves if leaf.way == "one"))
        known: dict[Leaf, Any] = {}
        with contextlib.suppress(QueryFailedError):  # who failed is found below
            for start in range(0, len(together), tables.AGGREGATES):
                part = together[start : start + tables.AGGREGATES]
                (row,) = self._rows(f"SELECT {', '.join(f'{leaf.sql} AS a{i}' for i, leaf in enumerate(part))} FROM {DATA}")
                known |= dict(zip(part, row, strict=True))
        return [self._outcome(check, one, known) for check, one in zip(checks, asked, strict=True)]

    def _outcome(self, check: Check, asked: Figure, known: dict[Leaf, Any]) -> Outcome:
        try:
            for leaf in asked.leaves:
                if leaf not in known:
                    known[leaf] = self._answer(leaf)
        except QueryFailedError as error:
            self._here.measure([check])  # raises where the fault is the rule's
            raise self._failed(f"it fails at the rule `{check.rule}`", error) from None
        value = self._finished(asked, [known[leaf] for leaf in asked.leaves])
        return Outcome(check, value, check.verdict(value))

    def _finished(self, asked: Figure, answers: Sequence[Any]) -> Any:
        """The rest of the arithmetic, by DuckDB."""
        items = [_item(leaf, answer) for leaf, answer in zip(asked.leaves, answers, strict=True)]
        named = ", ".join(f"{sql} AS {column(i)}" for i, (sql, _) in enumerate(items))
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {LEAVES} AS SELECT {named}", [v for _, values in items for v in values])
        return self._connection.execute(asked.text).fetchall()[0][0]

    def _answer(self, leaf: Leaf) -> Any:
        where = f" WHERE {leaf.condition}" if leaf.condition else ""
        ways: Mapping[str, Callable[[Leaf], Any]] = {"mean": self._mean, "quantile": self._quantile, "classes": self._classes}
        return ways[leaf.way](leaf) if leaf.way in ways else self._rows(f"SELECT {leaf.sql} AS a FROM {DATA}{where}")[0][0]

    def _mean(self, leaf: Leaf) -> float | None:
        if leaf.kind == "DOUBLE":
            return mean.of(self._rows(mean.query(leaf.sql, DATA, leaf.condition)))
        where = f" WHERE {leaf.condition}" if leaf.condition else ""
        ((total, count),) = self._rows(f"SELECT sum(CAST({leaf.sql} AS DECIMAL(38, 0))) AS s, count({leaf.sql}) AS n FROM {DATA}{where}")
        query = "SELECT CAST(CAST(? AS HUGEINT) AS DOUBLE) / CAST(? AS DOUBLE)"
        found: float | None = self._connection.execute(query, [int(total), count]).fetchall()[0][0] if count else None
        return found

    def _quantile(self, leaf: Leaf) -> float | None:
        """The two values that the quantile lies between, and between them as DuckDB has it."""
        where = f"FROM {DATA} WHERE {leaf.sql} IS NOT NULL" + (f" AND ({leaf.condition})" if leaf.condition else "")
        count = self._rows(f"SELECT count(1) AS n {where}")[0][0]
        if not count:
            return None
        place = (count - 1) * (leaf.share or 0.0)
        low = math.floor(place)
        values = [v for (v,) in self._rows(f"SELECT {leaf.sql} AS v {where} ORDER BY v LIMIT {math.ceil(place) - low + 1} OFFSET {low}")]
        query = "SELECT quantile_cont(v, CAST(? AS DOUBLE)) FROM (SELECT unnest(CAST(? AS DOUBLE[])) AS v)"
        text = query.replace("CAST(? AS DOUBLE)", tables.literal(place - low), 1)  # it takes a constant
        found: float | None = self._connection.execute(text, [values]).fetchall()[0][0]
        return found

    def _classes(self, leaf: Leaf) -> dict[str, int]:
        where = f"FROM {DATA} WHERE {leaf.sql} IS NOT NULL" + (f" AND ({leaf.condition})" if leaf.condition else "")
        counted = self._rows(f"SELECT {leaf.sql} AS v, count(1) AS n {where} GROUP BY v")
        return dict(sorted(counted, key=lambda pair: pair[0].encode()))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on Spark."""
        found = self._session.ask(lambda: self._session.raw.sql(query).toArrow())
        return list(zip(*(found.column(i).to_pylist() for i in range(found.num_columns)), strict=True))


def _item(leaf: Leaf, answer: Any) -> tuple[str, list[Any]]:
    """SQL with its values for an answer as the DuckDB type that the aggregate has."""
    if leaf.way == "classes":
        made = "map(CAST(? AS VARCHAR[]), CAST(? AS UBIGINT[]))"
        return f"CASE WHEN len(CAST(? AS VARCHAR[])) > 0 THEN {made} END", [list(answer), list(answer), list(answer.values())]
    kind = "DOUBLE" if leaf.way == "mean" else leaf.kind
    return f"CAST(? AS {kind})", [str(answer) if leaf.kind == "HUGEINT" and answer is not None else answer]
