"""The HTML page for everybody: structure that can be heard, colours that can be seen, and nothing that a browser complains about."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from support.chromium import Seen, look
from support.report_documents import HOSTILE, Reader, every, read

from mlspec.reports.document import Document, Paragraph, Section
from mlspec.reports.html import page as pages
from mlspec.reports.html.page import render

STYLE = (Path(pages.__file__).parent / "style.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found() -> Reader:
    return read(render(every("demand")))


def test_landmarks_and_language(found: Reader) -> None:
    assert found.named("html") == [{"lang": "en"}]
    for tag in ("header", "nav", "main", "footer", "h1", "title"):
        assert len(found.named(tag)) == (1 if tag != "title" else 1 + len(found.named("svg")) - 1), tag
    [skip] = [a for a in found.named("a") if a.get("class") == "skip"]
    assert skip["href"] == "#main" and found.named("main")[0]["id"] == "main"


def test_headings_skip_no_level(found: Reader) -> None:
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels)), levels


def test_deep_sections_end_at_the_sixth_level() -> None:
    section = Section("leaf", (Paragraph("x"),))
    for _ in range(8):
        section = Section("outer", sections=(section,))
    assert "<h6" in render(Document("test", "deep", (section,))) and "<h7" not in render(Document("test", "deep", (section,)))


def test_tables_say_what_their_cells_are_about(found: Reader) -> None:
    assert all(th.get("scope") in ("row", "col", "colgroup") for th in found.named("th"))
    assert found.named("table") and len(found.named("thead")) == len(found.named("table"))


def test_pictures_have_names_and_descriptions(found: Reader) -> None:
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    pictures = [a for a in found.named("svg") if a.get("aria-hidden") != "true"]
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture["role"] == "img"
        assert all(name in ids for name in str(picture["aria-labelledby"]).split())
    for _, attributes in found.elements:
        link = attributes.get("href") or ""
        named = attributes.get("aria-labelledby") or (link[1:] if link.startswith("#") else "")
        assert all(name in ids for name in named.split()), attributes


def test_what_scrolls_can_be_reached_by_keys(found: Reader) -> None:
    regions = [a for a in found.named("div") if "wide" in str(a.get("class"))]
    assert regions and all(a["tabindex"] == "0" and a["role"] == "region" and a["aria-label"] for a in regions)


def colours(dark: bool) -> dict[str, str]:
    light, _, rest = STYLE.partition("@media screen and (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rest.partition("* {")[0])) if dark else {})


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXTS = [
    *((ink, back) for ink in ("ink", "soft", "link") for back in ("page", "card")),
    *(("ink", back) for back in ("code", "m1", "m2", "m3", "m4", "m5")),
    ("soft", "other-tint"),
    ("pass", "pass-tint"),
    ("fail", "fail-tint"),
    ("warn", "warn-tint"),
]
SHAPES = [(colour, "page") for colour in ("blue", "orange", "green", "purple", "fail", "edge", "soft", "link", "pass", "warn", "s5")]


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_of_text_and_shapes(dark: bool) -> None:
    found = colours(dark)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    weak = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in TEXTS if contrast(found[pair[0]], found[pair[1]]) < 4.5}
    weak |= {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in SHAPES if contrast(found[pair[0]], found[pair[1]]) < 3}
    assert not weak


def test_every_colour_has_a_name_and_both_schemes_have_all() -> None:
    light, dark = colours(dark=False), colours(dark=True)
    assert set(light) == set(dark) and all(light[name] != dark[name] for name in light)
    used = re.sub(r"--[\w-]+: #[0-9a-f]{6};", "", STYLE)
    assert not re.search(r"#[0-9a-f]{3,8}\b(?!\))", used), "a colour that is none of those above"
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) == set(light)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return look(render(every("demand")), tmp_path_factory.mktemp("page"))


def test_a_browser_shows_it_without_a_complaint_or_a_request(seen: Seen) -> None:
    assert seen.console == [] and seen.requests == []
    dom = read(seen.dom)
    assert [tag for tag, _ in dom.elements if tag != "tbody"] == [
        tag for tag, _ in read(render(every("demand"))).elements if tag != "tbody"
    ]


@pytest.mark.slow
def test_the_browser_would_tell(tmp_path: Path) -> None:
    """What the test above rests on: a page that does these things is found out."""
    bad = '<!doctype html><link rel="icon" href="data:,"><img src="http://127.0.0.1:9/x.png"><script>console.error("boo")</script>'
    found = look(bad, tmp_path)
    assert found.requests == ["http://127.0.0.1:9/x.png"] and any("boo" in line for line in found.console)


@pytest.mark.slow
@pytest.mark.parametrize("words", HOSTILE[:5])
def test_a_browser_runs_nothing_of_what_others_wrote(words: str, tmp_path: Path) -> None:
    found = look(render(every(words)), tmp_path)
    assert found.console == [] and found.requests == []
    assert not {"script", "img"} & {tag for tag, _ in read(found.dom).elements}
