"""The comment: goldens of each kind of report, its length, and that nothing of a report is anything but text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from support.comment_cases import CASES, COMMIT, FAILING, VERSUS, chart, gate, model, report, trained
from support.mermaid_subset import check_chart

from mlspec.ci.record.comment import SUMMARY, render, run_url
from mlspec.ci.record.sticky import MARKER, comment_text
from mlspec.ci.report import Report, Stage, Trouble

GOLDENS = Path(__file__).parents[3] / "golden/comments"
HOSTILE = [
    "a | b", "`x`", "``` x", "@everyone", "<script>alert(1)</script>", "<!-- -->", "-->", "[me](https://evil.example)", "![i](https://evil.example/x.png)",
    "https://evil.example", "${{ secrets.X }}", "#1", "fixes #1", "\\", "\\|", "`|`", "x\n\n# Heading\n- [x] done", "\u202edesrever", "a\x00b\x1b[31m", "$(rm)",
    "**bold**", "|", "`", "</details>", "<details><summary>", "</sub>", "```mermaid\ngraph TD\n```", "---", "%%{init: {}}%%", '"', "x\r\n```\r\n", "a;b", "acme/shop#1",
]  # fmt: skip
TAGS = re.compile(r"<details><summary>[^<>]*</summary>\n?|</details>\n?|<sub>|</sub>")


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_comment_is_as_expected(name: str) -> None:
    expected = (GOLDENS / f"{name}.md").read_text(encoding="utf-8")
    assert render(CASES[name]) == expected, "if this is wanted: python tools/comment_goldens.py"


def test_every_golden_has_its_case() -> None:
    assert sorted(p.stem for p in GOLDENS.iterdir()) == sorted(CASES)


def test_a_search_is_one_line() -> None:
    told = "30 trials: best mae 44.9, 45.3 on fresh folds, optimism +0.4"
    text = render(report(models=(model().model_copy(update={"search": told}),)))
    assert f"Search: `{told}`." in text
    assert "Search:" not in render(report(models=(model(),)))


def hostile(name: str) -> Report:
    """A report with the text wherever a report has free text."""
    gates = (gate(name, name, "fail", message=name), gate(f"mae by {name}", name, "pass"), gate("mae", f"{name}=2", "inconclusive"))
    drawn = chart(name, name[:100])
    ran = trained(why=name).model_copy(update={"reasons": (name, name, name, name)})
    return report(
        objects=(ran, trained("model/churn", "failed", name)),
        troubles=(Trouble(code="MLS0584", object="model/fraud", message=name, help=name), Trouble(code="MLS0561", message=name)),
        behind=(name,),
        models=(model("demand", *gates, charts=(drawn, drawn)).model_copy(update={"search": name}),),
        unchanged=("other",),
        notes=(name,),
    )


def inert(text: str) -> str:
    """Parse as GitHub does; assert that there is no link, image, or HTML but ours; return what is plain text."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "html_block":
            assert not TAGS.sub("", token.content).strip(), token.content
        if token.type == "fence":
            assert token.info == "mermaid"
            check_chart(token.content)
        assert token.type != "code_block", token.content
        for child in token.children or []:
            assert child.type not in ("link_open", "image"), child.content
            if child.type == "html_inline":
                assert child.content in ("<sub>", "</sub>"), child.content
            if child.type == "text":
                found.append(child.content)
    return "\n".join(found)


def shape(text: str) -> list[str]:
    return [t.type for t in MarkdownIt("commonmark").enable("table").parse(text) if t.type.endswith("_open") or t.type in ("hr", "fence")]


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_a_report_stays_text(name: str) -> None:
    for text in (render(hostile(name)), render(hostile(name), SUMMARY)):
        plain = inert(text)
        assert not re.search(r"[@#]\w|evil\.example|\$\{\{|alert|\$\(rm\)|fixes|desrever|bold", plain), plain
        assert not any(not c.isprintable() and c != "\n" for c in text)
    assert shape(render(hostile(name))) == shape(render(hostile("x")))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_keeps_its_columns(name: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render(hostile(name)))
    widths, cells = [], 0
    for token in tokens:
        cells += token.type in ("th_open", "td_open")
        if token.type == "tr_close":
            widths.append(cells)
            cells = 0
    assert set(widths) == {8, 6, 5}


def test_markers_in_a_report_are_not_ours() -> None:
    """A comment of ours is told by its first line; a report can't begin the text."""
    made = comment_text(hostile(f"{MARKER}digest=sha256:{'0' * 64} commit={COMMIT} -->"), None)
    assert made is not None
    assert [line.startswith(MARKER) for line in made.splitlines()].count(True) == 1


def large(count: int, rows: int = 30) -> Report:
    failing = tuple(gate(f"mae <= 50 by shop {n}", f"shop={n} " + "x" * 80, "fail", 61.0 + n) for n in range(rows))
    models = [model(f"m-{n}", *failing, charts=(chart(), chart())) for n in range(count)] + [model(f"good-{n}") for n in range(count)]
    objects = tuple(trained(f"model/m-{n}") for n in range(count))
    return report(objects=objects, models=tuple(models), unchanged=tuple(f"u-{n}" for n in range(count * 10)))


@pytest.mark.parametrize("count", [1, 20, 300])
def test_it_is_cut_between_sections(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/bikes")
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    text = comment_text(large(count), None)
    assert text is not None and len(text) < 65_536 and len(text.encode()) < 262_144
    assert text.count("<details>") == text.count("</details>") and text.count("```") % 2 == 0
    assert "## ❌ mlspec: fail" in text and "Trained and judged at commit" in text
    if count > 1:
        assert re.search(
            r"\*\*[\d,]+ parts do not fit here: \[the summary of the run\]\(https://github.com/ada/bikes/actions/runs/42\)", text
        )
        kept = re.findall(r"### `model/([^`]+)`", text)
        assert kept and all(name.startswith("m-") for name in kept[:5])


def test_wide_characters_do_not_make_it_too_heavy() -> None:
    failing = tuple(gate("mae", "🚲" * 290 + str(n), "fail", message="🚲" * 290) for n in range(30))
    text = render(report(models=tuple(model(f"m-{n}", *failing) for n in range(20))))
    assert len(text) <= 65_000 and len(text.encode()) <= 200_000


def test_many_gates_are_a_table_of_thirty() -> None:
    gates = tuple(gate("mae by shop", f"shop={n}", "fail" if n % 2 else "pass") for n in range(20_000))
    text = render(report(models=(model("demand", *gates),)))
    assert text.count("| `mae by shop` | `shop=") <= 30 + 12
    assert "9,970 gates more in the report" in text and "10,000 gates on slices passed" in text


def test_the_summary_of_a_thousand_models_fits() -> None:
    text = render(large(1_000, rows=3), SUMMARY)
    assert len(text.encode()) < 1 << 20


@pytest.mark.parametrize(
    ("repository", "run", "known"),
    [
        ("ada/bikes", "42", True),
        ("ada/bikes", "", False),
        ("ada/bikes) [x](//evil", "42", False),
        ("ada/bikes", "42)", False),
        ("", "42", False),
    ],
)
def test_the_link_to_the_run(repository: str, run: str, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    monkeypatch.setenv("GITHUB_RUN_ID", run)
    assert run_url() == ("https://github.com/ada/bikes/actions/runs/42" if known else "")


def test_failing_models_stand_first() -> None:
    text = render(report(models=(model("a"), model("b", gate(verdict="inconclusive")), model("c", FAILING, VERSUS))))
    assert [text.index(f"### `model/{name}`") for name in "cba"] == sorted(text.index(f"### `model/{name}`") for name in "cba")


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0.0 s"), (9.96, "10.0 s"), (59.0, "59 s"), (200.0, "3 min 20 s"), (7_500.0, "2 h 5 min")]
)
def test_times_are_for_people(seconds: float, told: str) -> None:
    ran = trained().model_copy(update={"stages": (Stage(name="train", seconds=seconds),)})
    assert f"✅ ok | {told} |" in render(report(objects=(ran,)))


def test_the_digest_is_of_what_the_verdict_rests_on() -> None:
    base = report(objects=(trained(),), models=(model(),))
    same = report(models=(model(charts=(chart(),)),), commit="1" * 40, unchanged=("x",))
    assert base.digest() == same.digest()
    assert base.digest() != report(models=(model("demand", FAILING),)).digest()
    assert base.digest() != report(models=(model(champion="v1.1.0"),)).digest()
    assert base.digest() != report(models=(model(),), behind=("conflict: a",)).digest()


def test_a_comment_that_people_see_is_kept_word_for_word_when_nothing_new_is_known() -> None:
    first = comment_text(CASES["pass"], None) or ""
    assert comment_text(CASES["pass"], first) is None
    assert comment_text(CASES["pass"], first.replace("\n", "\r\n")) is None
    later = CASES["pass"].model_copy(update={"commit": "2" * 40, "objects": ()})
    second = comment_text(later, first) or ""
    assert first.splitlines()[1:-1] == second.splitlines()[1:-1]
    assert "`222222222222`" in second and COMMIT[:12] not in second
    assert comment_text(later, second) is None


@pytest.mark.parametrize("standing", ["", "hello", f"{MARKER}broken -->\nx", f"{MARKER}digest=sha256:{'0' * 64} commit={COMMIT} -->\nx"])
def test_anything_else_is_replaced(standing: str) -> None:
    assert comment_text(CASES["pass"], standing) == comment_text(CASES["pass"], None)
