"""Markdown of the pack: whatever is written, measured or missing stands there inert."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.registry.documents.words import LONG, facts_table, form, interval, listed, mapping, missing, number, said, sections


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"), (3.0, "3"), (14400, "14,400"), (0.1 + 0.2, "0.3"), (1e-9, "1e-09"), (-2.5, "-2.5"), (0, "0"),
        (None, "-"), ("3", "-"), (True, "-"), ([3], "-"), (float("nan"), "-"), (float("inf"), "-"), (10**400, "-"), (-(10**400), "-"),
    ],
    ids=lambda v: str(v)[:12],
)  # fmt: skip
def test_a_number_or_none(value: Any, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        ({"value": 2.78, "low": 2.45, "high": 3.18}, "2.78 (2.45 to 3.18)"),
        ({"value": -1, "low": -2, "high": 0}, "-1 (-2 to 0)"),
        ({"value": 2.78}, "2.78"),
        ({"value": 2.78, "low": None, "high": 3}, "2.78"),
        ({"low": 1, "high": 2}, "- (1 to 2)"),
        ({"value": 10**400, "low": 1, "high": 10**400}, "-"),
        ({}, "-"), (None, "-"), (3.0, "-"), ([1, 2, 3], "-"),
    ],
    ids=lambda v: str(v)[:24],
)  # fmt: skip
def test_an_interval_where_both_ends_are_known(estimate: Any, shown: str) -> None:
    assert interval(estimate) == shown


def test_a_persons_text_is_a_quotation_a_line_each() -> None:
    assert said("one\n\n  two  ", "write it") == "> `one`\\\n> `two`"
    assert said("a | b", "") == "> `a | b`"
    assert said("`x`", "") == "> `` `x` ``"
    assert [said(text, "write `card.users`") for text in (None, "", " \n\t")] == ["**missing**: write `card.users`"] * 3


@pytest.mark.parametrize(
    "hostile",
    ["</details>", "@everyone", "[x](javascript:1)", "\n# Heading", "\r\n- [x] done", "\u202edesrever", "x\x00y\x1b[31m", "```\nx"],
)
def test_no_line_of_it_begins_anything(hostile: str) -> None:
    for text in (said(hostile, ""), listed([hostile], ""), form({"a": hostile})):
        for line in text.splitlines():
            assert line.lstrip("> -").startswith("`")
            assert all(c.isprintable() for c in line)


def test_a_text_of_any_length_is_cut() -> None:
    assert len(said("x" * 10 * LONG, "")) < LONG + 10
    assert form(list(range(10 * LONG))).endswith("…`")


def test_lists_and_tables() -> None:
    assert listed(["a", "b"], "") == "- `a`\n- `b`"
    assert listed([], "add one") == listed(None, "add one") == missing("add one")
    assert facts_table([("rows", "3")]) == "| what | value |\n| --- | --- |\n| rows | 3 |"
    assert form({"b": 1, "a": [True, None]}) == '`{"a": [true, null], "b": 1}`'


def test_a_document_ends_with_one_newline_and_has_no_gaps() -> None:
    found = sections("Title", [("One", "\n\ntext\n\n\n\nmore\n\n"), ("Two", "end")], "Intro.")
    assert found == "# Title\n\nIntro.\n\n## One\n\ntext\n\nmore\n\n## Two\n\nend\n"
    assert sections("T", []) == "# T\n"


@pytest.mark.parametrize("value", [None, 3, "x", [1], (), True])
def test_anything_but_a_mapping_is_empty(value: Any) -> None:
    assert mapping(value) == {}
    assert mapping({"a": 1}) == {"a": 1}
