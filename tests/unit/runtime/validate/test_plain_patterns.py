"""Regular expressions as LIKE: the same texts, whatever they are; and what says more is left to RE2."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlspec.runtime.tables import literal
from mlspec.runtime.validate.plain_patterns import like

GAPS = ["[^@]+", "[^@]*", "[^é]+", ".+", ".*"]
PIECES = ["@", "a", "é", "\\.", "-", "\\@", "%", "_", "日", "\n"]


@pytest.fixture(scope="module")
def connection():
    """One for the examples of a property; opened again where another worker's turn comes between."""
    with duckdb.connect() as found:
        yield found


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([*GAPS, *PIECES]), max_size=6).map("".join),
    st.sampled_from(["", "^"]),
    st.sampled_from(["", "$"]),
    st.lists(st.text("@aé.-%_日\n\\\x00", max_size=7), min_size=1, max_size=12),
)
@example("[^@]+@[^@]+", "^", "$", ["a@b", "@b", "a@", "a@b@c", "", "é\n@\n", "ab"])
@example(".*a.*a", "", "", ["aa", "aaa", "a\na", "a", "aba", "a日a"])
@example("a\\.", "", "$", ["a.", "a", "a.b"])
def test_like_finds_what_re2_finds(connection: duckdb.DuckDBPyConnection, middle: str, start: str, end: str, texts: list[str]):
    pattern = start + middle + end
    plain = like("t", pattern)
    if plain is None:
        return
    rows = connection.execute(
        f"SELECT t, regexp_full_match(t, {literal(pattern)}), {plain} FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts]
    ).fetchall()
    assert all(a == b for _, a, b in rows), (pattern, plain, rows)


@pytest.mark.parametrize("pattern", ["^[^@]+@[^@]+$", "INV-.*", ".+\\.csv", "https://.+", "[^,]*", "abc", ".*", "a-b/c"])
def test_plain_ones_are_told(pattern: str):
    assert like("t", pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    ["a|b", "a+", "(a)", "[ab]+", "[^ab]+", "[^a-c]+", "\\d", "\\w+", "a?", ".", "[^@]", ".{2}", "a{2}", "[^@]+[^#]+", "a$b", "$$",
     "^^a", "a%", "a_", "(?i)a", "[^%]+", "[^\\n]+", ".++", ".*?", "a\\", "[^]]+", "[^[]+", "\\Aa", "a\\z", "\\Qa\\E", "[^", "a\nb"],
)  # fmt: skip
def test_what_says_more_is_not(pattern: str):
    assert like("t", pattern) is None


def test_nothing_is_told_of_a_missing_text(connection: duckdb.DuckDBPyConnection):
    assert connection.execute(
        f"SELECT {like('t', '[^@]+@.+') or like('t', '[^@]+@[^@]+')} FROM (SELECT NULL::VARCHAR AS t)"
    ).fetchall() == [(None,)]
