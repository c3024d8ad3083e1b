"""An expression of a row in Spark's words, true of the same rows: from DuckDB's tree, with the types that DuckDB gives to its parts.

What is here was compared on both engines (tests/support/rule_cases.py). Whatever is not, Spark is not asked: Unlike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.runtime.clean.casting import is_number
from mlspec.runtime.sql_syntax import Tree
from mlspec.runtime.validate.spark import regex
from mlspec.runtime.validate.spark.literals import INTEGERS, is_decimal, literal, spark_type, text_literal
from mlspec.runtime.validate.spark.others import key_of
from mlspec.runtime.validate.spark.trees import Reader, arguments, is_constant, known
from mlspec.runtime.validate.spark.unlike import Unlike

_COMPARED = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_SAME = ("COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM")
_PARTS = ("year", "quarter", "month", "day", "hour", "minute")
_TEXT_TESTS = {"starts_with": "startswith", "prefix": "startswith", "^@": "startswith", "ends_with": "endswith", "suffix": "endswith"}
_TEXT_TESTS["contains"] = "contains"
_EXACT = 4503599627370496
"""2^52: from here on a double has no fraction."""


@dataclass(frozen=True)
class Rows:
    """Translates parts of trees. `names`: {column: what Spark calls it}; `others`: {key of a query: (view of its values, the query)}."""

    reader: Reader
    columns: Mapping[str, str]
    names: Mapping[str, str]
    others: Mapping[str, tuple[str, Tree]] = field(default_factory=dict)

    def sql(self, part: Tree) -> str:
        """Spark's words for a part. Raises Unlike."""
        if is_constant(part):
            return literal(self.reader.constant(part))
        makers: Mapping[str, Callable[[Tree], str]] = {
            "COLUMN_REF": self._column,
            "CONJUNCTION": self._conjunction,
            "COMPARISON": lambda p: self._comparison(p["type"], p["left"], p["right"]),
            "BETWEEN": self._between,
            "CASE": self._case,
            "CAST": self._cast,
            "OPERATOR": self._operator,
            "FUNCTION": self._function,
            "SUBQUERY": self._among,
        }
        make = makers.get(str(part.get("class")))
        if make is None:
            raise Unlike(_what(part))
        return make(part)

    def _conjunction(self, part: Tree) -> str:
        word = " AND " if part["type"] == "CONJUNCTION_AND" else " OR "
        return f"({word.join(map(self.sql, part['children']))})"

    def _column(self, part: Tree) -> str:
        found = known(self.columns).get(str(part["column_names"][-1]).casefold())
        if found is None:
            raise Unlike(f"`{'.'.join(part['column_names'])}`")
        name, kind = found
        spark_type(kind)
        return self.names[name]

    def _as(self, part: Tree, kind: str) -> str:
        """A part as a value of a type that it meets, where both engines make the same of it."""
        if is_constant(part):
            return literal(self.reader.constant(part, kind))
        own = self.reader.kind(part)
        if own == kind:
            return self.sql(part)
        widened = own in INTEGERS and (kind == "DOUBLE" or kind in INTEGERS[INTEGERS.index(own) :])
        if widened or (own, kind) in {("FLOAT", "DOUBLE"), ("DATE", "TIMESTAMP")}:
            return f"CAST({self.sql(part)} AS {spark_type(kind)})"
        raise Unlike(f"{_named(own)} taken for {_named(kind)}")

    def _common(self, *parts: Tree) -> str:
        """The type in which DuckDB compares parts. Constants take the type of what they are compared with."""
        kinds = list(dict.fromkeys(self.reader.kind(p) for p in parts if not is_constant(p)))
        fixed = list(dict.fromkeys(self.reader.kind(p) for p in parts if is_constant(p)))
        own = kinds[0] if len(kinds) == 1 else _met(kinds)
        if own in INTEGERS and "DOUBLE" in fixed:
            return "DOUBLE"
        if own == "DATE" and any(k.startswith("TIMESTAMP") for k in fixed):
            return "TIMESTAMP"
        if own == "FLOAT" and fixed and all(k in INTEGERS for k in fixed):
            return "FLOAT"
        if own == "FLOAT" and any(k not in ("FLOAT", "DOUBLE") for k in fixed):
            raise Unlike("numbers of 32 bits compared with a decimal")
        return "DOUBLE" if own == "FLOAT" else own

    def _sides(self, *parts: Tree) -> list[str]:
        """Parts in the one type in which they are compared. Whole numbers and decimals are compared exactly, each as it is."""
        kind = self._common(*parts)
        if kind in INTEGERS or is_decimal(kind):
            if all(self.reader.kind(p) in INTEGERS or is_decimal(self.reader.kind(p)) for p in parts):
                return [self.sql(p) for p in parts]
            if is_decimal(kind) and any(self.reader.kind(p) == "DOUBLE" for p in parts):
                raise Unlike("an exact decimal compared with a floating-point number")
        return [self._as(p, kind) for p in parts]

    def _comparison(self, how: str, left: Tree, right: Tree) -> str:
        if how not in (*_COMPARED, *_SAME):
            raise Unlike(f"the comparison {how.casefold()}")
        a, b = self._sides(left, right)
        if how in _COMPARED:
            return f"({a} {_COMPARED[how]} {b})"
        return f"({a} <=> {b})" if how == "COMPARE_NOT_DISTINCT_FROM" else f"(NOT ({a} <=> {b}))"

    def _among(self, part: Tree) -> str:
        """Whether a value that is not missing is among those of another source."""
        found = self.others.get(key_of(part))
        if found is None or part["subquery_type"] != "ANY" or part["comparison_type"] != "COMPARE_EQUAL":
            raise Unlike("a query within an expression")
        return f"EXISTS (SELECT 1 FROM {found[0]} AS o WHERE o.v = {self.sql(part['child'])})"

    def _between(self, part: Tree) -> str:
        value, low, high = self._sides(part["input"], part["lower"], part["upper"])
        return f"({value} BETWEEN {low} AND {high})"

    def _case(self, part: Tree) -> str:
        kind = self.reader.kind(part)
        whens = " ".join(f"WHEN {self._as(c['when_expr'], 'BOOLEAN')} THEN {self._as(c['then_expr'], kind)}" for c in part["case_checks"])
        return f"(CASE {whens} ELSE {self._as(part['else_expr'], kind)} END)"

    def _cast(self, part: Tree) -> str:
        own, to = self.reader.kind(part["child"]), self.reader.kind(part)
        value = self.sql(part["child"])
        if own == to:
            return value
        if (own, to) == ("TIMESTAMP", "DATE") or (own in INTEGERS and to == "VARCHAR"):
            return f"CAST({value} AS {spark_type(to)})"
        if (own, to) == ("BOOLEAN", "VARCHAR"):
            return f"CAST({value} AS STRING)"
        return self._as(part["child"], to)

    def _operator(self, part: Tree) -> str:
        given = part["children"]
        match part["type"]:
            case "OPERATOR_NOT":
                return f"(NOT {self._as(given[0], 'BOOLEAN')})"
            case "OPERATOR_IS_NULL":
                return f"({self.sql(given[0])} IS NULL)"
            case "OPERATOR_IS_NOT_NULL":
                return f"({self.sql(given[0])} IS NOT NULL)"
            case "COMPARE_IN":
                value, *among = self._sides(*given)
                return f"({value} IN ({', '.join(among)}))"
            case "OPERATOR_COALESCE":
                kind = self.reader.kind(part)
                return f"coalesce({', '.join(self._as(p, kind) for p in given)})"
        raise Unlike(_what(part))

    def _function(self, part: Tree) -> str:
        name, given = str(part["function_name"]).casefold(), arguments(part)
        if part.get("filter") or part.get("distinct"):
            raise Unlike(_what(part))
        if name in ("+", "-", "*", "//", "%") and len(given) <= 2:
            return self._arithmetic(part, name, given)
        makers: dict[str, Callable[[], str]] = {
            "/": lambda: _divided(*(self._as(p, "DOUBLE") for p in given)),
            "abs": lambda: self._of_number(part, "abs", given[0]),
            "floor": lambda: self._rounded(part, "floor", given[0]),
            "ceil": lambda: self._rounded(part, "ceil", given[0]),
            "isnan": lambda: "(CASE WHEN {0} IS NOT NULL THEN isnan({0}) END)".format(self._as(given[0], "DOUBLE")),
            "isinf": lambda: f"(abs({self._as(given[0], 'DOUBLE')}) = CAST('Infinity' AS DOUBLE))",
            "isfinite": lambda: self._finite(given[0]),
            "length": lambda: f"CAST(length({self._as(given[0], 'VARCHAR')}) AS BIGINT)",
            "||": lambda: f"concat({', '.join(self._as(p, 'VARCHAR') for p in given)})",
            "nullif": lambda: "(CASE WHEN {0} = {1} THEN NULL ELSE {0} END)".format(*self._sides(*given)),
            "~~": lambda: self._like(given),
            "!~~": lambda: f"(NOT {self._like(given)})",
            "regexp_full_match": lambda: self._matches(given, regex.whole),
            "regexp_matches": lambda: self._matches(given, regex.java),
            "date_part": lambda: self._part_of_time(self.reader.constant(given[0]).text or "", given[1]),
        }
        makers |= {word: lambda: self._part_of_time(name, given[0]) for word in _PARTS}
        makers |= {word: lambda: self._text_test(name, given) for word in _TEXT_TESTS}
        if name not in makers:
            raise Unlike(f"`{name}`")
        return makers[name]()

    def _arithmetic(self, part: Tree, name: str, given: list[Tree]) -> str:
        kind = self.reader.kind(part)
        if kind not in (*INTEGERS, "DOUBLE") or (kind == "DOUBLE" and name in ("//", "%")):
            raise Unlike(f"`{name}` that gives {_named(kind)}")
        if any(self.reader.kind(p) not in (*INTEGERS, "FLOAT", "DOUBLE") and not is_constant(p) for p in given):
            raise Unlike(f"`{name}` of {_named(next(self.reader.kind(p) for p in given if not is_constant(p)))}")
        sides = [self._as(p, kind) for p in given]
        return f"({name}{sides[0]})" if len(sides) == 1 else f"({sides[0]} {'div' if name == '//' else name} {sides[1]})"

    def _of_number(self, part: Tree, name: str, given: Tree) -> str:
        kind = self.reader.kind(part)
        if kind not in (*INTEGERS, "DOUBLE"):
            raise Unlike(f"`{name}` of {_named(kind)}")
        return f"{name}({self._as(given, kind)})"

    def _rounded(self, part: Tree, name: str, given: Tree) -> str:
        """Spark's `floor` and `ceil` give whole numbers of 64 bits: larger ones are whole already, and a zero keeps its sign."""
        if self.reader.kind(part) != "DOUBLE":
            raise Unlike(f"`{name}` of {_named(self.reader.kind(given))}")
        x = self._as(given, "DOUBLE")
        whole = f"CAST({name}({x}) AS DOUBLE)"
        below = f"({x} < 0D OR CAST({x} AS STRING) = '-0.0')"
        return f"(CASE WHEN NOT abs({x}) < {_EXACT}D THEN {x} WHEN {whole} = 0D AND {below} THEN CAST('-0.0' AS DOUBLE) ELSE {whole} END)"

    def _finite(self, given: Tree) -> str:
        if self.reader.kind(given) not in ("FLOAT", "DOUBLE"):
            raise Unlike(f"`isfinite` of {_named(self.reader.kind(given))}")
        x = self._as(given, "DOUBLE")
        return f"(CASE WHEN {x} IS NOT NULL THEN NOT (isnan({x}) OR abs({x}) = CAST('Infinity' AS DOUBLE)) END)"

    def _like(self, given: list[Tree]) -> str:
        if not is_constant(given[1]):
            raise Unlike("`LIKE` with a pattern from a column")
        pattern = self.reader.constant(given[1], "VARCHAR").text
        if pattern is None or "\\" in pattern:
            raise Unlike("`LIKE` with a backslash in its pattern")
        return f"({self._as(given[0], 'VARCHAR')} LIKE {text_literal(pattern)})"

    def _matches(self, given: list[Tree], said: Callable[[str], str]) -> str:
        if len(given) != 2 or not is_constant(given[1]):
            raise Unlike("a regular expression with options, or from a column")
        pattern = self.reader.constant(given[1], "VARCHAR").text
        if pattern is None:
            raise Unlike("a regular expression that is missing")
        return f"({self._as(given[0], 'VARCHAR')} RLIKE {text_literal(said(pattern))})"

    def _part_of_time(self, word: str, given: Tree) -> str:
        word = word.casefold()
        kind = self.reader.kind(given)
        if word not in _PARTS or kind not in ("DATE", "TIMESTAMP") or (kind == "DATE" and word in ("hour", "minute")):
            raise Unlike(f"`{word}` of {_named(kind)}")
        return f"CAST({word}({self.sql(given)}) AS BIGINT)"

    def _text_test(self, name: str, given: list[Tree]) -> str:
        if len(given) != 2 or any(self.reader.kind(p) != "VARCHAR" for p in given):
            raise Unlike(f"`{name}` of what is no text")
        return f"{_TEXT_TESTS[name]}({self.sql(given[0])}, {self.sql(given[1])})"


def _met(kinds: list[str]) -> str:
    """The type in which columns and what is made of them are compared."""
    if not kinds:
        raise Unlike("a comparison of constants with a query")
    if all(k in INTEGERS for k in kinds):
        return max(kinds, key=INTEGERS.index)
    if all(k in (*INTEGERS, "FLOAT", "DOUBLE") for k in kinds) and "DOUBLE" in kinds:
        return "DOUBLE"
    if all(k in INTEGERS or is_decimal(k) for k in kinds):
        return next(k for k in kinds if is_decimal(k))
    if set(kinds) == {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    raise Unlike(f"{' compared with '.join(map(_named, kinds))}")


def _divided(a: str, b: str) -> str:
    """`a / b` of doubles by IEEE 754, and missing where it has no answer: Spark fails at a division by zero."""
    sign = f"(({a} > 0D) = (CAST({b} AS STRING) <> '-0.0'))"
    endless = f"WHEN {sign} THEN CAST('Infinity' AS DOUBLE) ELSE CAST('-Infinity' AS DOUBLE) END"
    by_zero = f"CASE WHEN {a} IS NULL OR isnan({a}) OR {a} = 0D THEN NULL {endless}"
    return f"(CASE WHEN {b} = 0D THEN {by_zero} ELSE (CASE WHEN isnan({a} / {b}) THEN NULL ELSE {a} / {b} END) END)"


def _named(kind: str) -> str:
    return {"VARCHAR": "text", "DOUBLE": "a floating-point number"}.get(
        kind, kind.casefold() if is_number(kind) else f"a {kind.casefold()}"
    )


def _what(part: Any) -> str:
    return f"`{part.get('function_name') or str(part.get('type', 'this')).casefold()}`"
