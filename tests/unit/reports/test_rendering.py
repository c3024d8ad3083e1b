"""A document in every form: as expected, inert whatever others put in, the same everywhere, and no larger than its place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support.report_documents import HOSTILE, every, read

from mlspec.diagnostics import Problems
from mlspec.reports import markdown as primitives
from mlspec.reports.document import EXTRA, MAIN, MUST, STYLES, CodeBlock, Document, Paragraph, Section
from mlspec.reports.html import LIMIT
from mlspec.reports.html.page import render as to_html
from mlspec.reports.rendering import render, style_of, write
from mlspec.reports.spans import Code, Link
from mlspec.reports.to_markdown import render as to_markdown

GOLDEN = Path(__file__).parents[2] / "golden/reports"
ENDINGS = [".txt", ".md", ".json", ".html"]
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "a",
        "svg",
        "defs",
        "pattern",
        "rect",
        "header",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "span",
    ),
    *(
        "nav",
        "ul",
        "li",
        "main",
        "section",
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "strong",
        "details",
        "summary",
        "br",
    ),
    *("figure", "figcaption", "pre", "footer", "desc", "line", "circle", "path", "text"),
}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("ending", ENDINGS)
def test_as_expected(ending: str) -> None:
    assert render(every("demand"), STYLES[ending]) == (GOLDEN / f"every{ending}").read_text(encoding="utf-8"), "tools/report_goldens.py"


@pytest.mark.parametrize("words", HOSTILE)
def test_a_page_holds_what_we_put_there_and_nothing_else(words: str) -> None:
    page = to_html(every(words))
    found = read(page)
    assert {tag for tag, _ in found.elements} <= TAGS
    assert not found.open and not found.wrong
    assert not [
        a for _, attributes in found.elements for a in attributes if a.startswith("on") or a in ("src", "style", "srcdoc", "xlink:href")
    ]
    assert {a["href"] for a in found.named("a") if a["href"] and a["href"][0] != "#"} == {"https://example.org/a/b?c=d"}
    assert not CONTROL.search(page)
    assert page == to_html(every(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_a_text_moves_no_cursor(words: str) -> None:
    for ending in ENDINGS:
        assert not CONTROL.search(render(every(words), STYLES[ending])), ending
    render(every(words), "html").encode()


def tokens(text: str) -> Iterator[Any]:
    for token in MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


OUR_HTML = re.compile(r"(<details><summary>[^<]*</summary>|</details>|<sub>|</sub>|<br>)\s*")


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_holds_no_markup_of_others(words: str) -> None:
    text = to_markdown(every(words))
    found = list(tokens(text))
    for token in found:
        if token.type in ("html_block", "html_inline"):
            assert OUR_HTML.fullmatch(token.content), token.content
        assert token.type not in ("image", "blockquote_open", "hr", "s_open"), token
        if token.type == "link_open":
            assert token.attrGet("href") == "https://example.org/a/b?c=d"
    plain = [t for t in tokens(to_markdown(every("demand"))) if t.type != "text"]
    shapes = [
        [t.type for t in side if t.type not in ("text", "softbreak", "text_special", "html_inline") and "strong" not in t.type]
        for side in (found, plain)
    ]
    assert shapes[0] == shapes[1] or not words, "another structure than that of harmless words"
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", "".join(t.content for t in found if t.type in ("text", "text_special")))
    assert not re.search(r"@\w|#\d|https?://|www\.\w", outside.replace("https://example.org", "")), outside


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_in_any_slot(words: str) -> None:
    document = every(words)
    found = read(to_html(document))
    assert {tag for tag, _ in found.elements} <= TAGS and not found.wrong
    assert not CONTROL.search(render(document, "text"))
    json.loads(render(document, "json"))
    for token in tokens(to_markdown(document)):
        assert token.type != "image"
        assert token.type not in ("html_block", "html_inline") or OUR_HTML.fullmatch(token.content)


@given(st.text(max_size=40))
def test_code_is_shown_to_the_letter(words: str) -> None:
    [span] = [t for t in tokens(primitives.code(words)) if t.type == "code_inline"]
    visible = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in words).strip()
    assert span.content.strip() == visible.replace("|", "\\|").strip() or not visible


def slots(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from slots(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from slots(getattr(value, one.name))


def test_the_document_of_these_tests_has_the_text_in_every_slot() -> None:
    kept = {
        "test",
        "fail",
        "pass",
        "below",
        "none",
        "b",
        "line",
        "bar",
        "two",
        "no",
        "yaml",
        "drawn",
        "Charts",
        "Last",
        "end",
        "1",
        " ",
        "",
    }
    kept.add("https://example.org/a/b?c=d")
    assert {s for s in slots(every("W")) if s not in kept} == {"W", "first\nW\n````"}


def test_the_same_on_every_run() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests'); from support.report_documents import every; from mlspec.reports.rendering import render;"
        "print([hashlib.sha256(render(every('x'), s).encode()).hexdigest() for s in ('text', 'markdown', 'json', 'html')])"
    )
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def long(count: int) -> Document:
    parts = [Section(f"part {i}", (CodeBlock("x" * 3_000),), rank=(MUST, MAIN, EXTRA)[i % 3]) for i in range(count)]
    return Document("test", "long", tuple(parts))


def test_what_does_not_fit_is_left_out_by_rank() -> None:
    page = to_html(long(90))
    assert len(page.encode()) <= LIMIT
    assert LIMIT - len(page.encode()) < 4_000, "more was left out than had to be"
    headings = re.findall(r">part (\d+)</h2>", page)
    assert {n for n in map(int, headings) if n % 3 == 0} == set(range(0, 90, 3))
    assert not [n for n in map(int, headings) if n % 3 == 2], "EXTRA goes before MAIN"
    assert "did not fit here" in page
    assert "did not fit" not in to_html(long(9))


def test_markdown_has_a_limit_too() -> None:
    assert len(to_markdown(long(90), limit=50_000 * 2)) <= 100_000


def test_a_file_is_written_whole_in_the_form_of_its_ending(tmp_path: Path) -> None:
    for ending in (*ENDINGS, ".HTM"):
        write(every("demand"), tmp_path / f"r{ending}")
        assert (tmp_path / f"r{ending}").read_text(encoding="utf-8") == render(every("demand"), style_of(Path(f"r{ending}")) or "text")
    for wrong in (tmp_path / "no/r.html", tmp_path / "r.pdf"):
        with pytest.raises(Problems) as caught:
            write(every("demand"), wrong)
        assert caught.value.diagnostics[0].code == "MLS0792"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://x.org/a b", "https://x.org/)", "vbscript:x", ""]
)
def test_a_link_leads_to_a_page(address: str) -> None:
    with pytest.raises(ValueError, match=re.escape(address) or "^$"):
        Link("x", address)


def test_a_long_name_is_cut() -> None:
    document = Document("test", Code("y" * 400), (Section("", (Paragraph(Code("z" * 900, 20)),)),))
    assert "z" * 19 + "…" in to_html(document) and "z" * 20 not in to_html(document)
    assert "y" * 301 not in render(document, "text")
