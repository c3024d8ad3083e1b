"""`validate --fix` on disk: what is touched, what is not, and how it is told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mlspec.diagnostics import Advice, Diagnostic, Edit, Fix, Span, did_you_mean
from mlspec.language.format.fix import apply_fixes, fix
from mlspec.language.format.propose import with_fixes
from mlspec.language.yaml.load import load_documents


def proposed(text: str | bytes, diagnostic: Diagnostic) -> Fix | None:
    content = text.encode() if isinstance(text, str) else text
    return with_fixes([diagnostic], {"a.yaml": content})[0].fix


def first_problem(text: str) -> Diagnostic:
    return load_documents("a.yaml", text)[1][0]


def fixed(text: str) -> str:
    """The text after the fix of its first problem of YAML."""
    found = proposed(text, first_problem(text))
    return apply_fixes("a.yaml", text.encode(), [found] if found else [])[0].decode()


def wrong(span: Span, word: str = "modle") -> Diagnostic:
    return Diagnostic("MLS0101", "unknown key", span, did_you_mean(word, ["model"]))


def at(text: str, word: str) -> Span:
    line = next(n for n, each in enumerate(text.splitlines(), 1) if word in each)
    column = text.splitlines()[line - 1].index(word) + 1
    return Span("a.yaml", line, column, line, column + len(word))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_other_byte_stays(ending: str, mark: str) -> None:
    text = ending.join(["# Größe 日本 # x", "a:   {modle: 1 ,  b: 'x'}   # kept", "", "  ", "c: [1,2]"])
    content = (mark + text).encode()
    after, done = apply_fixes("a.yaml", content, [f for d in [wrong(at(text, "modle"))] if (f := d.fix)])
    assert after == (mark + text.replace("modle", "model")).encode()
    assert [str(each) for each in done] == ["fixed a.yaml:2:7 `modle` -> `model`"]


@pytest.mark.parametrize("written", ["${var.modle}", "&a modle", "!!str modle", "other"])
def test_what_says_something_else_is_left_alone(written: str) -> None:
    text = f"a: {written}\n"
    assert proposed(text, wrong(at(text, written))) is None


@pytest.mark.parametrize("written", ["modle", '"modle"', "'modle'", "modle <= 50", '"modle <= 50"'])
def test_the_word_is_found_in_quotes_and_in_a_shorthand(written: str) -> None:
    text = f"a: {written}  # c\n"
    found = proposed(text, wrong(at(text, written)))
    after, _ = apply_fixes("a.yaml", text.encode(), [found] if found else [])
    assert load_documents("a.yaml", after)[0][0].value["a"] == written.strip("\"'").replace("modle", "model")
    assert b"  # c\n" in after


def test_a_place_that_is_not_there_is_no_fix() -> None:
    assert proposed("a: 1\n", wrong(Span("a.yaml", 7, 1, 7, 5))) is None
    assert with_fixes([wrong(Span("gone.yaml", 1, 1, 1, 5))], {})[0].fix is None
    assert proposed(b"\xff\xfea", wrong(Span("a.yaml", 1, 1, 1, 2))) is None


def test_fixes_that_overlap_are_not_both_made() -> None:
    one, other = (Fix("x", (Edit(Span("a.yaml", 1, 1, 1, 4), t),)) for t in ("one", "two"))
    assert apply_fixes("a.yaml", b"abc: 1\n", [one, other])[0] == b"one: 1\n"


def test_a_fix_that_breaks_the_file_is_left_out() -> None:
    breaking = Fix("x", (Edit(Span("a.yaml", 1, 1, 1, 2), "{"),))
    good = Fix("y", (Edit(Span("a.yaml", 2, 1, 2, 2), "z"),))
    after, done = apply_fixes("a.yaml", b"a: 1\nb: 2\n", [breaking, good])
    assert after == b"a: 1\nz: 2\n"
    assert len(done) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("spec:\n\ta: 1\n\tb:\n\t\tc: 2  # x\n", "spec:\n  a: 1\n  b:\n    c: 2  # x\n"),
        ("spec:\n  a: 1\n\tb: 2\n", "spec:\n  a: 1\n  b: 2\n"),
        ("spec:\n    a: 1\n\tb: 2\n", "spec:\n    a: 1\n    b: 2\n"),
        ("a: 1  # keep\nb: 2\na: 1\n", "a: 1  # keep\nb: 2\n"),
        ("x: {a: 1, b: 2, a: 1}\n", "x: {a: 1, b: 2}\n"),
        ("1: x\n", '"1": x\n'),
    ],
)
def test_mistakes_of_yaml_that_have_one_meaning(before: str, after: str) -> None:
    assert fixed(before) == after


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "a: 1\na: 1  # the second has a comment\n", "a:\n  b: 1\n\t  c: 1\n  d:\n\te: 1\n", "- a: 1\n  a: 2\n"]
)
def test_mistakes_that_could_mean_two_things_stay(text: str) -> None:
    assert fixed(text) == text


def test_one_fix_can_bare_the_next() -> None:
    def diagnose(changed: object) -> list[Diagnostic]:
        text = {**files, **changed}["a.yaml"].decode()  # type: ignore[dict-item]
        word = next((w for w in ("one", "two", "three") if w in text), None)
        follow = {"one": "two", "two": "three", "three": "four"}
        return [Diagnostic("MLS0101", word, at(text, word), Advice("x", follow[word], word))] if word else []

    files = {"a.yaml": b"a: one\n"}
    done = fix(files, diagnose)
    assert done.files == {"a.yaml": b"a: four\n"}
    assert not done.remaining
    assert len(done.applied) == 3


def test_a_file_is_replaced_whole_with_its_permissions_and_through_a_link(tmp_path: Path) -> None:
    from mlspec.language.format.files import write_file

    target, link = tmp_path / "a.yaml", tmp_path / "b.yaml"
    target.write_bytes(b"a: 1\n")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(link, b"a: 2\n")
    assert link.is_symlink()
    assert target.read_bytes() == b"a: 2\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.yaml", "b.yaml"]
