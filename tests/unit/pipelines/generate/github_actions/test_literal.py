"""`literal()` against a reader of templates that follows GitHub's runner: whatever the text, it stays that text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.pipelines.generate.github_actions.literal import literal

# Pieces that open, close and quote, so that hypothesis meets them in every order.
PIECES = st.lists(
    st.sampled_from(["$", "{", "}", "${{", "}}", "'", "''", '"', " ", "secrets.A", "github.token", "\n", "x", "\\"]), max_size=12
)


def evaluate(template: str) -> str:
    """What GitHub makes of a scalar, for expressions that are one string. Raises ValueError where it would evaluate anything else.

    As the runner's TemplateReader: an expression opens with `${{` and ends with the first `}}` that stands in no '…'.
    """
    out, rest = "", template
    while (start := rest.find("${{")) >= 0:
        out, rest = out + rest[:start], rest[start + 3 :]
        quoted, end = False, 0
        while not (rest.startswith("}}", end) and not quoted):
            if end >= len(rest):
                raise ValueError(template)
            quoted ^= rest[end] == "'"
            end += 1
        string = re.fullmatch(r"\s*'((?:[^']|'')*)'\s*", rest[:end])
        if not string:
            raise ValueError(template)
        out, rest = out + string[1].replace("''", "'"), rest[end + 2 :]
    return out + rest


@pytest.mark.parametrize(
    "text",
    ["", "plain", "${{ github.token }}", "$${{", "${{{", "${{ '${{' }}", "${{${{", "}}${{", "${{ 'a", "${ {", "$ {{", "'${{'", "${{\n}}"],
)
def test_stays_as_it_stands(text: str) -> None:
    assert evaluate(literal(text)) == text


@given(PIECES.map("".join))
def test_any_mixture_stays_as_it_stands(text: str) -> None:
    assert evaluate(literal(text)) == text


def test_the_reader_tells_an_expression_from_text() -> None:
    with pytest.raises(ValueError, match=r"github\.token"):
        evaluate("a ${{ github.token }}")
    assert evaluate("${{ 'it''s }}' }} ") == "it's }} "
