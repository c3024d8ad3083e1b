"""Whatever a file holds, the loader answers with a value or with problems; and what was written comes back."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlspec.diagnostics.render import STYLES, render
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.scalars import resolve
from mlspec.language.yaml.write import dump

QUICK = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MARKS = [*"-:?[]{},#&*!|>'\"%@` \n\t~=<", "\r\n", ": ", "- ", "? ", "---\n", "...\n", "<<: ", "&a ", "*a", "!!str ", "!x ", "|\n  ", ">-\n"]
WORDS = [
    "a",
    "b: ",
    "1",
    ".inf",
    "0x",
    "null",
    "${var.x}",
    "需",
    "🚲",
    "\u2028",
    "\x85",
    "\ufeff",
    "\x00",
    "\\",
    "\ud800",
    "  ",
    "%YAML 1.3\n",
]
YAMLISH = st.lists(st.sampled_from([*MARKS, *WORDS]), max_size=40).map("".join)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20)
COLLECTIONS = VALUES.filter(lambda v: isinstance(v, (dict, list)) and bool(v))


def agreed(text: str) -> bool:
    """Whether YAML 1.1 and 1.2 both take the plain scalar for text, or both do not: `1e5` is text to 1.1 and a number to 1.2."""
    by_1_1 = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False)).endswith(":str")
    try:
        return by_1_1 == isinstance(resolve(text), str) or not by_1_1
    except ValueError:
        return not by_1_1


BOTH = TEXT.filter(agreed).filter(lambda text: not set(text) & set("\x85\u2028\u2029"))  # ends of lines to 1.1 only
SHARED = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | BOTH,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(BOTH, inner, max_size=4),
    max_leaves=20,
).filter(lambda v: isinstance(v, (dict, list)) and bool(v))
"""Values that mean the same to YAML 1.1, which PyYAML writes, and to 1.2."""


def check_answer(text: str | bytes) -> None:
    """Plain values or problems with a place and a help line, printable in every style."""
    documents, found = load_documents("a.yaml", text)
    assert all(d.code.startswith("MLS01") and d.span and d.help for d in found)
    for document in documents:
        check_plain(document.value)
        assert document.span().line >= 1
    shown = text if isinstance(text, str) else text.decode("utf-8", errors="replace")
    for style in STYLES:
        printed = render(found, style, sources={"a.yaml": shown})
        assert all(c == "\n" or c.isprintable() for c in printed)


def check_plain(value: Any) -> None:
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        for item in value.values():
            check_plain(item)
    elif isinstance(value, list):
        for item in value:
            check_plain(item)
    else:
        assert value is None or type(value) in (str, int, float, bool)


@QUICK
@given(st.text())
@example("a: &x [*x]\n<<: 1\n")
def test_any_text_is_a_value_or_problems(text: str) -> None:
    check_answer(text)


@QUICK
@given(YAMLISH)
@example("? - ? - &a *a")
@example("%YAML 9.9\n--- a")
@example("%TAG ! tag:x\n--- !y a")
def test_text_made_of_yaml_parts_is_a_value_or_problems(text: str) -> None:
    check_answer(text)


@QUICK
@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_a_value_or_problems(data: bytes) -> None:
    check_answer(data)


@QUICK
@given(st.text())
def test_any_plain_scalar_resolves_or_is_refused(text: str) -> None:
    try:
        value = resolve(text)
    except ValueError:
        return
    assert value is None or type(value) in (str, int, float, bool)


@QUICK
@given(COLLECTIONS)
def test_what_mlspec_writes_is_read_back(value: Any) -> None:
    documents, found = load_documents("a.yaml", dump(value))
    assert found == []
    assert same(documents[0].value, value)


@QUICK
@given(SHARED, st.booleans(), st.booleans())
def test_what_pyyaml_writes_is_read_back(value: Any, flow: bool, unicode: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=unicode, width=80, sort_keys=False)
    documents, found = load_documents("a.yaml", text)
    assert found == []
    assert same(documents[0].value, value)


def same(one: Any, other: Any) -> bool:
    """Equal, with equal types all the way down (True is not 1, and 1 is not 1.0)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
