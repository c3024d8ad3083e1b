"""A secret in a spec's address comes into no output, in whatever style, however it is spelt; carets still point at it."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.projects import SPECS, compile_texts
from support.work import calls

from mlspec.diagnostics import Advice, Diagnostic, Related, Span
from mlspec.diagnostics.render import STYLES, render
from mlspec.diagnostics.render.excerpt import excerpt, width
from mlspec.diagnostics.secrets import is_secret_name, masked

SALES = "specs/sales.yaml"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:hunter2@example.org/x", "https://***@example.org/x"),
        ("https://hunter2@example.org", "https://***@example.org"),
        ("https://ada:hun/ter2@example.org/x", "https://***@example.org/x"),
        ("https://ada:h@hun/ter2@example.org/x", "https://***@example.org/x"),
        ("https://ada:hu@nter2@example.org/x", "https://***@example.org/x"),
        ("https://x.org/a?day=1&api_key=hunter2&b=2", "https://x.org/a?day=1&api_key=***&b=2"),
        ("https://x.org/a?api%5Fkey=hunter2", "https://x.org/a?api%5Fkey=***"),
        ("https://x.org/?to=https://y.org/?token=hunter2&x=1", "https://x.org/?to=https://y.org/?token=***&x=1"),
        ("https://x.org/a#access_token=hunter2", "https://x.org/a#access_token=***"),
        ("https://u:hunter2@x.org/?sig=hunter2 s3://hunter2@b", "https://***@x.org/?sig=*** s3://***@b"),
    ],
)
def test_what_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/@scope/name",
        "http://localhost:8080/@scope",
        "https://example.org/x?day=1&page=2",
        "key: [day, shop]",
        "ada@example.org",
        "https://x.org, ada@x.org",
        "api_key=",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("part", ["://", "://a:", "?a=", "://@", "&token=x"])
def test_a_long_line_takes_no_longer_for_what_it_holds(part: str) -> None:
    """Twice as long, twice the work."""
    once, twice = (calls(partial(masked, "://" + part * n)) for n in (100, 200))
    assert twice <= 2 * once + 20


SPELLINGS = [
    "https://ada:hunter2@example.org/rows.csv",
    '"https://ada:hunter2@example.org/rows.csv"',
    '"https://ada:hunter2\\x40example.org/rows.csv"',
    '"https://ada:hunter2\\\n      @example.org/rows.csv"',
    "https://example.org/rows.csv?api_key=hunter2",
    '"https://example.org/rows.csv?api\\x5fkey=hunter2&token=hunter2"',
    "https://example.org:hunter2@/rows.csv",
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("address", SPELLINGS)
def test_a_refused_address_shows_no_secret(address: str, style: str) -> None:
    specs = SPECS | {SALES: SPECS[SALES].replace("file: {path: data/sales.csv}", f"http:\n    url: {address}\n    frmat: csv")}
    found = compile_texts(specs).diagnostics
    assert {d.code for d in found} >= {"MLS0112"}
    text = render(found, style, sources=specs)
    assert "hunter2" not in text
    assert "MLS0112" in text


@pytest.mark.parametrize("style", STYLES)
def test_words_and_fixes_hold_none_either(style: str) -> None:
    address, span = "https://ada:hunter2@example.org", Span("a.yaml", 1, 4, 1, 9)
    found = [
        Diagnostic("MLS0105", f"`{address}` is not allowed here", span, f"write {address}", related=(Related(span, f"as {address}"),)),
        Diagnostic("MLS0103", "a list is expected", span, Advice("write a list", f"[{address}]", address)),
    ]
    text = render(found, style, sources={"a.yaml": f"x: {address}\n"})
    assert "hunter2" not in text
    if style == "json":
        assert [d["fix"] for d in json.loads(text)["diagnostics"]] == [None, None]


def test_another_mistake_on_the_line_shows_it_neither() -> None:
    line = "http: {url: https://ada:hunter2@example.org, frmat: csv}"
    at = line.index("frmat")
    shown, carets = excerpt(line, Span("a.yaml", 1, at + 1, 1, at + 6))
    assert shown == "http: {url: https://***@example.org, frmat: csv}"
    assert carets == " " * shown.index("frmat") + "^^^^^"


def test_an_address_that_is_merely_wrong_is_shown() -> None:
    specs = SPECS | {SALES: SPECS[SALES].replace("file: {path: data/sales.csv}", "http: {url: 'https:///rows.csv'}")}
    assert "https:///rows.csv" in render(compile_texts(specs).diagnostics, "full", sources=specs)


WORDS = st.text(st.sampled_from("ab:/@?&=#.é漢 'key\"token"), max_size=12)


@given(WORDS, WORDS, st.integers(0, 60), st.integers(0, 30), st.booleans())
def test_carets_stand_under_the_line(before: str, after: str, start: int, length: int, secret: bool) -> None:
    line = f"{before}https://ada:hunter2@example.org/x?token=hunter2&x=1{after}"
    shown, carets = excerpt(line, Span("a.yaml", 1, start + 1, 1, start + 1 + length), secret=secret)
    assert "hunter2" not in shown
    assert carets.strip(" ").strip("^") == ""
    assert 1 <= width(carets) <= width(shown) + 1


def test_names_of_secrets() -> None:
    assert all(map(is_secret_name, ("api_key", "X-Amz-Signature", "accessToken", "sig")))
    assert not any(map(is_secret_name, ("monkey", "day", "design", "keyboard")))
