"""DuckDB's own syntax trees, and what can be read off them: words that need quotes, comparisons that round."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlspec.runtime.clean.casting import WHOLE

Tree = dict[str, Any]
_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*")
_OPERATORS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "case",
        "when",
        "then",
        "else",
        "end",
        "is",
        "null",
        "between",
        "like",
        "select",
        "from",
        "where",
        "distinct",
    ]
)
_LITERALS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_]\w*""")


def trees(connection: Any, texts: Sequence[str]) -> list[Tree]:
    """Parse several statements at once: `{"error": false, "statements": […]}`, or `error`, `error_type`, `error_message`."""
    if not texts:
        return []
    query = "SELECT json_serialize_sql(t.text) FROM (SELECT unnest(?) AS text, unnest(range(?)) AS n) AS t ORDER BY t.n"
    return [json.loads(found) for (found,) in connection.execute(query, [list(texts), len(texts)]).fetchall()]


def described(texts: Sequence[str]) -> str:
    """The query that binds texts, judged before, to the columns of `data`."""
    return "DESCRIBE SELECT " + ", ".join(["1", *(f"(\n{text.rstrip().rstrip(';')}\n)" for text in texts)]) + " FROM data"


def keywords(connection: Any, text: str) -> list[str]:
    """The words of SQL in a text, outside of quotes, as they are written; at most 20."""
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    known = {str(word) for (word,) in connection.execute(query).fetchall()}
    words = dict.fromkeys(m[0] for m in _LITERALS.finditer(text) if m[0][0] not in "'\"")
    return [w for w in words if w.casefold() in known][:20]


def quotings(connection: Any, text: str) -> dict[str, str]:
    """The words that may mean columns, as a message lists them, to the text with them in double quotes: each alone, then all at once."""
    words = keywords(connection, text)
    found = {f"`{w}`": _quoted(text, [w]) for w in words}
    several = [w for w in words if w.casefold() not in _OPERATORS]
    return found | ({", ".join(f"`{w}`" for w in several): _quoted(text, several)} if len(several) > 1 else {})


def _quoted(text: str, words: Sequence[str]) -> str:
    return _LITERALS.sub(lambda m: f'"{m[0]}"' if m[0] in words else m[0], text)


def rounded(parts: Iterable[Tree], columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (what is compared, fix) where DuckDB would round one side of a comparison to the type of the other, without a word.

    To it `'1.10' = 1` and `'1.52' IN (1.5)` are true of text, `n = '1.4'` of the whole number 1, and `day = '2024-01-01T05:00'` of a date.
    """
    for part in parts:
        sides = _sides(part)
        kinds = {name: columns[name.casefold()] for side in sides if (name := _column(side)) and name.casefold() in columns}
        for name, kind in kinds.items():
            if kind == "VARCHAR":
                yield from _text_rounded(name, sides, kinds)
            else:
                yield from _constant_rounded(name, kind, [t for side in sides if (t := _literal(side, "STRING")) is not None])


def _text_rounded(name: str, sides: Sequence[Any], kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for number in [n for side in sides if (n := _literal(side, "INTEGER", "NUMERIC")) is not None]:
        yield f"the text `{name}` with the number {number}", f"write '{number}' in single quotes, or CAST({_quote(name)} AS DOUBLE)"
    for other, kind in kinds.items():
        if kind != "VARCHAR":
            yield f"the text `{name}` with `{other}`, which is {kind.casefold()}", "cast one of the two to the type that is meant"


def _constant_rounded(name: str, kind: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        if kind in WHOLE and not _INTEGER.fullmatch(text):
            yield f"the whole number `{name}` with the text '{text}'", f"write {text} without quotes, if it is a number"
        elif kind == "DATE" and not _DATE.fullmatch(text):
            yield f"the date `{name}` with the time '{text}'", f"CAST({_quote(name)} AS TIMESTAMP), or write a date"


def parts(part: Any) -> Iterator[Tree]:
    """Every mapping in a part of a tree, itself first."""
    if isinstance(part, dict):
        yield part
        for item in part.values():
            yield from parts(item)
    elif isinstance(part, list):
        for item in part:
            yield from parts(item)


def _sides(part: Tree) -> list[Any]:
    if part.get("class") == "COMPARISON":
        return [part.get("left"), part.get("right")]
    if part.get("class") == "BETWEEN":
        return [part.get("input"), part.get("lower"), part.get("upper")]
    if part.get("class") == "FUNCTION" and part.get("function_name") == "nullif":
        return [a.get("expression") for a in part.get("arguments", ())]
    return list(part.get("children", ())) if part.get("type") in ("COMPARE_IN", "COMPARE_NOT_IN") else []


def _column(part: Any) -> str | None:
    return str(part["column_names"][-1]) if isinstance(part, dict) and part.get("class") == "COLUMN_REF" else None


def _literal(part: Any, *kinds: str) -> str | None:
    if not isinstance(part, dict) or part.get("class") != "CONSTANT":
        return None
    literal = part.get("literal", {})
    return str(literal["text"]) if literal.get("kind") in kinds else None


def _quote(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else '"' + name.replace('"', '""') + '"'
