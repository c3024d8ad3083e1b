"""What a file may hold, shown with limits set low, and that work grows with the text and no faster: counted, on small texts that harm nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.work import calls

from mlspec.language.yaml.limits import LIMITS, Limits
from mlspec.language.yaml.load import load_documents

LOW = Limits(size=5_000, depth=4, values=50, digits=8)
THREE_LEVELS = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n"


def found(text: str | bytes, limits: Limits = LOW) -> list[tuple[str, tuple[int, int]]]:
    return [(d.code, (d.span.line, d.span.column)) for d in load_documents("a.yaml", text, limits)[1] if d.span]


def test_the_language_has_these_limits() -> None:
    assert Limits(size=4_000_000, depth=64, values=200_000, digits=400) == LIMITS == Limits()


@pytest.mark.parametrize("text", ["#" * 5_001, b"#" * 5_001])
def test_a_file_has_a_size(text: str | bytes) -> None:
    assert found(text) == [("MLS0130", (1, 1))]
    assert not found(text[:-1])


@pytest.mark.parametrize(
    ("sound", "deeper", "place"),
    [
        ("a: [[[[]]]]", "a: [[[[[]]]]]", (1, 8)),
        ("a: [[[[]]]]", "a: [[[[[[[[]]]]]]]]", (1, 8)),
        ("{a: {a: {a: {a: {}}}}}", "{a: {a: {a: {a: {a: {}}}}}}", (1, 21)),
        ("{a: {a: {a: {a: {b: 1}}}}}", "{a: {a: {a: {a: {a: {b: 1}}}}}}", (1, 21)),
        ("- - - - - x", "- - - - - - x", (1, 11)),
        ("- - - - - x", "- - - - - - - - x", (1, 11)),
        ("a:\n b:\n  c:\n   d:\n    e: 1", "a:\n b:\n  c:\n   d:\n    e:\n     f: 1", (6, 6)),
        ("a: &x [[]]\nb: [[*x]]", "a: &x [[]]\nb: [[[*x]]]", (1, 4)),
        ("a: &x [[]]\nb: &y [*x]\nc: [*y]", "a: &x [[]]\nb: &y [[*x]]\nc: [*y]", (2, 4)),
    ],
)
def test_nesting_has_a_depth_which_aliases_add_to(sound: str, deeper: str, place: tuple[int, int]) -> None:
    assert not found(sound)
    assert found(deeper) == [("MLS0140", place)]
    assert load_documents("a.yaml", deeper, LOW)[0] == []


@pytest.mark.parametrize("text", [THREE_LEVELS, THREE_LEVELS.replace("[", "{k: [").replace("]", "]}")])
def test_values_are_counted_as_often_as_aliases_use_them(text: str) -> None:
    assert found(text, Limits(values=50)) == [("MLS0142", (1, 1))]
    assert "more than 50 values" in load_documents("a.yaml", text, Limits(values=50))[1][0].message
    [document], none = load_documents("a.yaml", text)
    assert none == [] and len(str(document.value).split("x")) == 4 + 16 + 64 + 1


@pytest.mark.parametrize("number", ["123456789", "-12345678", "0.1234567", "0x1234567", "0o1234567"])
def test_numbers_have_a_length(number: str) -> None:
    assert found(f"a: {number}") == [("MLS0143", (1, 4))]
    assert not found(f"a: {number[:-1]}")
    assert not found(f"a: {number}", LIMITS)


def steps(text: str | bytes, limits: Limits) -> int:
    return calls(lambda: load_documents("a.yaml", text, limits))


SHAPES: dict[str, Callable[[int], str | bytes]] = {
    "aliases of aliases": lambda n: "a0: &a0 x\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, n // 2)),
    "brackets after brackets": lambda n: "a: [" + "[]," * n + "]",
    "brackets in a text": lambda n: 'a: "' + "[" * n + '"',
    "one list in another": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "one block in another": lambda n: "".join(" " * i + "a:\n" for i in range(n // 2)),
    "lists on one line": lambda n: "- " * n,
    "explicit keys": lambda n: "? " * n,
    "keys and dashes": lambda n: "? - " * n,
    "colons": lambda n: ": " * n,
    "one long line": lambda n: "a: " + "x" * n,
    "one long key": lambda n: "x" * n + ": 1",
    "many keys": lambda n: "".join(f"k{i}: 1\n" for i in range(n)),
    "one key many times": lambda n: "a: 1\n" * n,
    "many documents": lambda n: "--- a\n" * n,
    "many anchors": lambda n: "".join(f"- &a{i} x\n" for i in range(n)),
    "anchors": lambda n: "&a " * n,
    "tags": lambda n: "!!x " * n,
    "directives": lambda n: "%YAML 1.2\n" * n,
    "tabs": lambda n: "\t" * n,
    "spaces and tabs": lambda n: " \t" * n,
    "tabs in a text of many lines": lambda n: "a: |\n" + "  x\n  \ty\n" * n,
    "tabs in texts of many lines": lambda n: "- |\n  x\n \ty\n" * n,
    "blank lines": lambda n: "\n" * n,
    "control characters": lambda n: "\x00" * n,
    "conflicts": lambda n: "<<<<<<< a\n" * n,
    "digits": lambda n: "a: " + "1" * n,
    "almost a float": lambda n: "a: " + "1" * n + "e",
    "quotes": lambda n: "'" * n,
    "bytes": lambda n: b"\xff" * n,
}


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_text_is_at_most_twice_the_work(name: str) -> None:
    limits = Limits(depth=1_000)
    once, twice = (steps(SHAPES[name](n), limits) for n in (100, 200))
    assert twice <= 2 * once + 20, (once, twice)


@pytest.mark.parametrize("name", ["one list in another", "one block in another", "lists on one line", "aliases of aliases"])
def test_nothing_is_read_below_the_limit(name: str) -> None:
    """However much there is of it. (Aliases are composed, and not followed.)"""
    limits = Limits(depth=4)
    assert {code for n in (100, 200) for code, _ in found(SHAPES[name](n), limits)} == {"MLS0140"}
    once, twice = (steps(SHAPES[name](n), limits) for n in (100, 200))
    assert twice <= once + (20 if name != "aliases of aliases" else once)
