"""Plain scalars by the YAML 1.2 core schema, through the loader."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.language.yaml.load import load_documents

VALUES: list[tuple[str, Any]] = [
    ("0755", 755),
    ("0o755", 493),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("-0", 0),
    ("+7", 7),
    ("-12", -12),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("190:20:30", "190:20:30"),
    ("1e-3", 0.001),
    ("1E5", 100000.0),
    ("1.", 1.0),
    (".5", 0.5),
    ("-.5e+2", -50.0),
    ("+1.5", 1.5),
    ("1.5.2", "1.5.2"),
    ("v1.0", "v1.0"),
    ("1e", "1e"),
    ("e5", "e5"),
    (".", "."),
    ("-", "-"),
    ("--1", "--1"),
    ("0x", "0x"),
    ("0xG", "0xG"),
    ("0o8", "0o8"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("tRUE", "tRUE"),
    *((word, word) for word in ("NO", "no", "Yes", "on", "off", "y", "n", "Norway", "none", "nil", "inf", "nan", "Infinity")),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("~", None),
    ("", None),
    ("nULL", "nULL"),
    ("2024-02-30", "2024-02-30"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
    ("=", "="),
    ("123456789012345678901234567890", 123456789012345678901234567890),
    ("١٢", "١٢"),
]


def load(text: str | bytes) -> Any:
    documents, found = load_documents("a.yaml", text)
    assert found == []
    assert len(documents) == 1
    return documents[0].value


@pytest.mark.parametrize(("text", "value"), [pair for pair in VALUES if pair[0] != "-"])
def test_a_plain_scalar(text: str, value: Any) -> None:
    got = load(f"k: {text}\n")["k"]
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("text", [text for text, _ in VALUES if text])
def test_quotes_make_text_of_it(text: str) -> None:
    assert load(f"k: '{text}'\n") == {"k": text}
    assert load(f'k: "{text}"\n') == {"k": text}


@pytest.mark.parametrize("text", ["x" + "0" * 500, "0x" + "g" * 500, "0o" + "8" * 500])
def test_long_text_that_looks_like_a_number_stays_text(text: str) -> None:
    assert load(f"k: {text}") == {"k": text}


@pytest.mark.parametrize(
    "text",
    [".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN", "1e999", "-1e999", "9" * 401, "0." + "1" * 400, "0x" + "f" * 400, "0o" + "7" * 400],
)
def test_numbers_without_a_use_are_refused(text: str) -> None:
    documents, found = load_documents("a.yaml", f"k: {text}\n")
    assert documents == []
    assert [d.code for d in found] == ["MLS0143"]
    assert found[0].span
    assert (found[0].span.line, found[0].span.column) == (1, 4)


def test_escapes_and_folds() -> None:
    text = "a: \"tab\\t nul\\0 \\x41 \\u00e9 \\U0001F6B2 \\\"q\\\" \\\\ \\\n  joined\"\nb: 'it''s'\nc: plain\n  goes on\n"
    assert load(text) == {"a": 'tab\t nul\0 A é 🚲 "q" \\ joined', "b": "it's", "c": "plain goes on"}


def test_block_scalars() -> None:
    text = "keep: |+\n  a\n   b\n\nclip: |\n  a\nstrip: |-\n  a\n  1\nfolded: >\n  a\n  b\n\n  c\nindented: |2\n    a\nnumber: |-\n  42\n"
    assert load(text) == {
        "keep": "a\n b\n\n",
        "clip": "a\n",
        "strip": "a\n1",
        "folded": "a b\nc\n",
        "indented": "  a\n",
        "number": "42",
    }


def test_flow_collections() -> None:
    assert load("a: [1, [b, 'c'], {d: e, f: }, ]\nb: {}\nc: []\n") == {"a": [1, ["b", "c"], {"d": "e", "f": None}], "b": {}, "c": []}


def test_aliases_stand_for_their_anchor() -> None:
    assert load("a: &x {b: [1]}\nc: *x\nd: [*x, *x]\ne: &t text\nf: *t\n") == {
        "a": {"b": [1]},
        "c": {"b": [1]},
        "d": [{"b": [1]}, {"b": [1]}],
        "e": "text",
        "f": "text",
    }


def test_crlf_and_byte_order_mark() -> None:
    assert load(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n") == {"a": 1, "b": "x\ny\n"}


def test_documents_of_one_file() -> None:
    documents, found = load_documents("a.yaml", "---\na: 1\n---\nb: 2\n...\n---\nc: 3\n")
    assert found == []
    assert [(d.index, d.value) for d in documents] == [(0, {"a": 1}), (1, {"b": 2}), (2, {"c": 3})]
    assert load_documents("a.yaml", "") == load_documents("a.yaml", "# only this\n") == ([], [])
