"""CODEOWNERS as GitHub's page describes it: each of its examples, what it says does not work, and that no pattern takes for ever."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.compiler.project.codeowners import MAX_BYTES, fits, is_owner, named_owners, owners_of, pattern_of, read


def owners(text: str, path: str) -> list[str]:
    return list(owners_of(read(text.encode()), path))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a/b", "a/b/c.py"], []),
        ("*.js", ["a.js", "src/a.js"], ["a.jsx", "a.js.map"]),
        ("/build/logs/", ["build/logs/a", "build/logs/x/a"], ["build/logs", "x/build/logs/a"]),
        ("docs/*", ["docs/a.md"], ["docs/x/a.md", "x/docs/a.md", "docs"]),
        ("apps/", ["apps/a", "x/apps/a/b"], ["apps", "apps.md", "myapps/a"]),
        ("/docs/", ["docs/a", "docs/x/a"], ["x/docs/a"]),
        ("**/logs", ["logs/a", "build/logs/a", "deeply/nested/logs/a", "x/logs"], ["logs.txt"]),
        ("/apps/github", ["apps/github", "apps/github/a"], ["apps/githubs", "x/apps/github"]),
        ("src/main", ["src/main", "src/main/a"], ["x/src/main", "src/mainly"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/z"], ["x/a/b", "a/xb"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "x/a/b"]),
        ("/*", ["a"], ["a/b"]),
        ("/*/", ["a/b", "a/b/c"], ["a"]),
        ("/f*", ["foo", "foo/bar"], ["x/foo"]),
        ("a?c", ["abc", "x/abc/d"], ["ac", "a/c", "abbc"]),
        ("a\\ b/", ["a b/c"], ["a", "b/c"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("/Docs/", ["Docs/a"], ["docs/a"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    assert {path: owners(f"{pattern} @ada\n", path) for path in (*yes, *no)} == {path: ["@ada"] for path in yes} | {path: [] for path in no}


def test_the_last_line_that_matches_counts() -> None:
    text = "* @all\n/apps/ @team\n/apps/github\n/apps/x/ @x @y # both\n"
    assert [owners(text, path) for path in ("a", "apps/a", "apps/github/a", "apps/x/a")] == [["@all"], ["@team"], [], ["@x", "@y"]]


@pytest.mark.parametrize(
    "line",
    [
        "!/a/ @x",
        "\\#a @x",
        "/[ab]/ @x",
        "/a/ x",
        "/a/ @",
        "/a/ @x,@y",
        "/a/ @x\u00e9",
        "a*** @x",
        "/ @x",
        "# /a/ @x",
        "   ",
        "/a/ @x @org/",
    ],
)
def test_a_line_that_github_skips_counts_for_nothing(line: str) -> None:
    assert owners(f"* @all\n{line}\n", "a/b") == ["@all"]


def test_files_as_people_save_them() -> None:
    assert owners("\ufeff/a/\t@x   @y\r\n/b/ @z", "a/b") == ["@x", "@y"]
    assert owners("/b/ @z", "b/c") == ["@z"]
    assert read(b"/a/ @x\n" + b"\xff\xfe\n" + b"/b/ @y\n")[-1].owners == ("@y",)
    assert read(b"* @x\n".ljust(MAX_BYTES, b"#")) == ()


@pytest.mark.parametrize("text", ["@ada", "@ada-lovelace", "@octo_corp", "@acme/ml-leads", "@acme/ml.leads", "ada@example.org"])
def test_owners(text: str) -> None:
    assert is_owner(text)


@pytest.mark.parametrize(
    "text", ["ada", "@", "@-a", "@a b", "@a\n/x/ @b", "@a/b/c", "Ada <ada@example.org>", "@a#", "", "@a\u00e9", "a@b", "@a\r"]
)
def test_no_owners(text: str) -> None:
    assert not is_owner(text)
    assert named_owners(text) == ()


def test_several_owners_stand_with_a_space_between() -> None:
    assert named_owners("@a @b @a") == ("@a", "@b")
    assert named_owners("@a and @b") == named_owners(None) == named_owners("@a\n@b") == ()


HOSTILE = st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.lists(HOSTILE.filter(lambda s: s not in (".", "..")), min_size=1, max_size=3), st.booleans())
def test_every_path_becomes_one_line_that_matches_it(parts: list[str], folder: bool) -> None:
    path = "/".join(parts)
    line = f"{pattern_of(path + '/' if folder else path)} @ada"
    assert len(line.splitlines()) == 1
    lines = read(line.encode())
    assert owners_of(lines, f"{path}/x" if folder else path) == ("@ada",)
    assert len(lines) == 1
    assert not owners_of(lines, f"elsewhere/{path}/x")


@pytest.mark.parametrize(("pattern", "name"), [("*a" * 60 + "b", "a" * 250), ("a*" * 60, "a" * 250 + "b")])
def test_no_name_takes_for_ever(pattern: str, name: str) -> None:
    assert fits(pattern, name) is (pattern[0] == "a")


def test_no_path_takes_for_ever() -> None:
    line = "**/a/" * 200 + "b @x"
    assert owners(line, "a/" * 500 + "c") == []


def test_it_agrees_with_gitignore_where_github_says_it_does(tmp_path: Path) -> None:
    """Git itself is asked, by `git check-ignore`, about patterns of the kinds that both read."""
    dice = random.Random(3)
    words, paths = ["a", "b", "ab", "*", "a*", "?", "**"], ["a", "b", "ab"]
    files = sorted({"/".join(dice.choices(paths, k=dice.randint(1, 4))) for _ in range(60)})
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for _ in range(60):
        words_of = dice.choices(words, k=dice.randint(1, 3))
        pattern = f"{dice.choice(['', '/'])}{'/'.join(words_of)}{dice.choice(['', '', '/'])}"
        if words_of[-1] == "*" and "/" in pattern.rstrip("/") and not pattern.endswith("/"):
            continue  # `docs/*` is where GitHub differs: it does not reach into folders
        if words_of[-1] == "**" and (len(words_of) == 1 or pattern.endswith("/")):
            continue  # to Git `**` alone is a `*`, and `a/**/` does not hold the files right in `a`
        (tmp_path / ".gitignore").write_text(f"{pattern}\n", encoding="utf-8")
        done = subprocess.run(
            ["git", "check-ignore", "--no-index", *files], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert [f for f in files if owners(f"{pattern} @x", f)] == done.stdout.splitlines(), pattern
