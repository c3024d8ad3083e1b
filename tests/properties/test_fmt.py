"""`mlspec fmt` on any document: the same values, the same comments, and nothing left to do the second time."""

from __future__ import annotations

import random
from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlspec.language.format.layout import format_text
from mlspec.language.format.same import comments_of, same_values
from mlspec.language.yaml.load import load_documents

QUIET = settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
NASTY = ["NO", "3.10", "22:22", "", " ", "# x", "a # b", "a: b", "- a", "~", "null", "*x", "&x", "!t", "%d", "@a", "`", "'", '"', "\\", "a\nb", "a\n", "\n",
         "a\n\nb\n", " a\n b", "\ta", "…", "日本", "<<", "=", "0x1F", "1_000", "1e3", ".5", "-", "?", ":", "[", "{a}", "a,b", "---", "...", "x" * 130, "wo rd " * 40 + "x"]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.from_regex(r"[a-z]{1,8}", fullmatch=True),
)
KEYS = st.one_of(TEXTS, st.sampled_from(["apiVersion", "kind", "metadata", "spec", "name"]))
SCALARS = st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none())
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)
STYLES = st.sampled_from([None, "'", '"', "|", ">"])


def assert_sound(content: bytes) -> str | None:
    before, found = load_documents("a.yaml", content)
    text, told = format_text("a.yaml", content)
    assert (text is None) == bool(found), told
    if text is None:
        return None
    after, found = load_documents("a.yaml", text)
    assert not found
    assert same_values(before, after)
    assert format_text("a.yaml", text.encode())[0] == text
    assert "\r\n" not in text
    assert not text or text.endswith("\n")
    return text


@QUIET
@given(
    st.lists(VALUES, min_size=1, max_size=3),
    STYLES,
    st.sampled_from([True, False, None]),
    st.integers(1, 8),
    st.sampled_from([40, 80, 10_000]),
)
def test_any_value_in_any_style(values: list[Any], style: str | None, flow: bool | None, indent: int, width: int) -> None:
    text = yaml.safe_dump_all(
        values, default_style=style, default_flow_style=flow, indent=indent, width=width, allow_unicode=True, sort_keys=False
    )
    assert_sound(text.encode("utf-8", errors="replace"))


def with_comments(text: str, seed: int) -> str:
    """Comments above lines at any indentation, behind lines, and empty lines: as the text allows."""
    chance = random.Random(seed)
    lines = []
    for number, line in enumerate(text.splitlines()):
        if chance.random() < 0.3:
            lines += [""] * chance.randrange(3) + [" " * chance.randrange(7) + f"# above {number}"]
        behind = chance.random() < 0.3 and not line.endswith(("|", ">", "|-", ">-", "|+"))
        lines.append(line + (" " * chance.randrange(1, 9) + f"# behind {number}" if behind else ""))
    return "\n".join(lines) + chance.choice(["", "\n", "\n\n\n", "\n# the end", "\n  # the end\n"])


BLOCKS = st.recursive(
    st.sampled_from(["a", 1, True, None, "3.10", "two words"]),
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner, min_size=1, max_size=4),
    max_leaves=15,
)  # fmt: skip


@QUIET
@given(st.lists(BLOCKS, min_size=1, max_size=2), st.integers(0, 10**6), st.sampled_from([True, False, None]), st.sampled_from([20, 200]))
def test_no_comment_is_lost(values: list[Any], seed: int, flow: bool | None, width: int) -> None:
    plain = yaml.safe_dump_all(values, default_flow_style=flow, sort_keys=False, width=width)
    text = with_comments(plain, seed)
    _, found = load_documents("a.yaml", text)
    written = assert_sound(text.encode())
    if not found:
        assert written is not None
        assert comments_of(written) == comments_of(text)
        assert sum(comments_of(written).values()) == text.count("# above") + text.count("# behind") + text.count("# the end")


@QUIET
@example(" ...")
@example(" ---")
@given(st.text(st.sampled_from("ab:-#[]{},&*!|>'\"%@?\n \t.0~"), max_size=60))
def test_any_text_is_formatted_or_left_alone(text: str) -> None:
    assert_sound(text.encode())
