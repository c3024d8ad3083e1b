"""The pull request's body, read as GitHub reads it: nothing that a spec says becomes a link, a mention, HTML or a table cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from support.mermaid_subset import check_chart

from mlspec.gates.candidate import Candidate
from mlspec.gates.evidence import Judgement
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport, GateResult
from mlspec.language.kinds.policy import Policy
from mlspec.promotion.body import Story, promotion_body, rollback_body
from mlspec.promotion.drafts import Draft
from mlspec.registry.claims import claims_of
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import to_bytes
from mlspec.registry.records import Claim, Estimate, RegistryRecord
from mlspec.reports.charts.model import Categories, Series

HOSTILE = [
    "a | b", "`x`", "``` x", "@everyone", "<script>alert(1)</script>", "<!-- -->", "[me](https://evil.example)", "![i](https://evil.example/x.png)",
    "https://evil.example", "${{ secrets.X }}", "#1", "\\", "\\|", "`|`", "x\n\n# Heading\n- [x] done", "\u202edesrever", "a\x00b\x1b[31m", "$(rm)", "**bold**", "|", "`",
]  # fmt: skip
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
MD5 = "0" * 32


def gate(subject: str = "overall", kpi: str = "mae <= 50", verdict: str = "pass") -> GateResult:
    return GateResult(kpi, "mae", subject, 41.0, 40.0, 42.0, 50.0, 100, verdict, f"mae is 41 for {subject}")  # type: ignore[arg-type]


def entry(version: str, digest: str) -> Entry:
    artifact = {"path": "p", "md5": MD5, "digest": A}
    made = RegistryRecord.model_validate(
        {
            "model": "demand", "version": version, "digest": digest, "artifacts": dict.fromkeys(("model", "baseline", "train", "test"), artifact), "spec": A,
            "code": "none", "environment": A, "commit": "1" * 40, "metrics": {}, "createdAt": "2026-11-21T08:00:00Z", "createdBy": "<b>Ada</b>",
        }
    )  # fmt: skip
    return Entry(f"registry/demand/{version}.yaml", to_bytes(made), made)


def draft(reason: str | None = None) -> Draft:
    subject = {"environment": "staging", "deployment": "demand", "model": "demand", "version": "v1.1.0", "digest": A, "previous": B}
    more = (
        {"type": "rollback", "reason": reason}
        if reason
        else {"type": "promotion", "kpis": A, "test": A, "champion": "none", "gates": [], "verdict": "pass"}
    )
    times = {"evaluatedAt": "2026-11-21T08:00:00Z", "validUntil": "2026-12-05T08:00:00Z", "nonce": "0" * 32}
    claim = Claim.model_validate({"subject": subject, "registry": A, "target": A, **times, **more})
    path = "promotions/staging/demand/v1.1.0.yaml"
    assert claims_of({path: to_bytes(claim)}, "staging", "demand")
    return Draft(claim, path, entry("v1.1.0", A).record, {path: to_bytes(claim)}, "branch", "Promote")


def story(gates: Sequence[GateResult], changes: Sequence[str] = (), base: str = "main", champion: bool = True) -> Story:
    version = entry("v1.1.0", A).record
    candidate = Candidate("demand", A, version.artifacts, "v1.1.0")
    estimate = Estimate(value=41.0, low=40.0, high=42.0)
    old = entry("v1.0.0", B) if champion else None
    rows = (MetricRow("mae", estimate, estimate, estimate, estimate),)
    return Story(
        draft(), Judgement(candidate, candidate if champion else None, GateReport(tuple(gates), 0.95), 100, rows), old, list(changes), base
    )


def plain_text(body: str) -> str:
    """What a renderer would take for anything but code, after checking that there is no link, image or HTML."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        assert token.type != "html_block", token.content
        for child in token.children or []:
            assert child.type not in ("html_inline", "link_open", "image"), (child.type, child.content)
            if child.type == "text":
                found.append(child.content)
    return "\n".join(found)


def headings(body: str) -> int:
    return sum(t.type == "heading_open" for t in MarkdownIt("commonmark").parse(body))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    bodies = [
        promotion_body(story([gate(name, f"mae <= 50 by {name}", "fail")], [f"specs: {name}"], name)),
        rollback_body(draft(reason=name), entry("v1.0.0", B), name, date(2026, 12, 1)),
    ]
    for body in bodies:
        text = plain_text(body)
        assert not re.search(r"@everyone|evil\.example|\$\{\{|<script|\$\(rm\)", text)
        assert not any(not c.isprintable() and c != "\n" for c in body)
    assert headings(bodies[0]) == headings(promotion_body(story([gate("x", "mae <= 50", "fail")], ["specs: x"])))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_keeps_its_columns(name: str) -> None:
    body = promotion_body(story([gate(name, name)]))
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    starts = [i for i, t in enumerate(tokens) if t.type == "tr_open"]
    widths = [
        sum(t.type in ("th_open", "td_open") for t in tokens[i : next(j for j in range(i, len(tokens)) if tokens[j].type == "tr_close")])
        for i in starts
    ]
    assert widths[:2] == [8, 8]


def test_all_sections_are_there() -> None:
    body = promotion_body(story([gate(), gate("day=1", verdict="pass")], ["code: a -> b"]))
    for part in (
        "✅ **pass**",
        "### KPIs",
        "### Worst slices",
        "### Changed since the champion",
        "### On merge",
        "### Rollback",
        "### Digests",
        A,
        B,
        "- [ ] ",
    ):
        assert part in body
    assert "mlspec rollback deployment/staging/demand" in body


def test_the_first_version_says_that_it_is() -> None:
    body = promotion_body(story([gate()], champion=False))
    assert "There is no champion yet" in body
    assert "There is no earlier version to go back to." in body


@pytest.mark.parametrize("count", [1, 500, 3000])
def test_it_fits_however_many_gates_there_are(count: int) -> None:
    body = promotion_body(story([gate(f"shop={n} " + "x" * 60, f"mae <= 50 by shop {n}", "fail") for n in range(count)], ["change"] * 100))
    assert len(body) < 65_536
    assert "### Digests" in body
    assert "mlspec rollback deployment/staging/demand" in body
    assert body.startswith("❌ **fail**")
    assert ("more, in the table below" in body) == (count > 20)
    plain_text(body)


def test_what_a_policy_asks_of_people_and_keys_is_told() -> None:
    require = {"approvals": {"count": 2}, "signed": True}
    form = {
        "apiVersion": "mlspec/v1",
        "kind": "Policy",
        "metadata": {"name": "live"},
        "spec": {"environments": ["staging"], "require": require},
    }
    policy: Any = SimpleNamespace(ref="policy/live", envelope=Policy.model_validate(form))
    plain = story([gate(verdict="pass")])
    body = promotion_body(replace(plain, policies=[policy]))
    assert "`policy/live` asks for 2 approvals: `mlspec approvals --base main`." in body
    assert "`policy/live` asks for signatures of model, record and claim" in body
    assert "asks for" not in promotion_body(plain)


def drawn(told: Story, words: str = "predicted") -> Story:
    chart = Categories(words, words, words, (words, "b"), (Series(words, "bar", (1.0, 2.0)),))
    return replace(told, judgement=replace(told.judgement, charts=(chart,)))


@pytest.mark.parametrize("words", [*HOSTILE, "</summary></details>", "%%{init: {}}%%"])
def test_charts_are_drawn_and_inert(words: str) -> None:
    text = promotion_body(drawn(story([gate()]), words))
    assert text.count("```mermaid\n") == 1
    check_chart(text.partition("```mermaid\n")[2].partition("```")[0])
    folds = [t.content for t in MarkdownIt("commonmark").enable("table").parse(text) if t.type == "html_block"]
    assert len(folds) == 2 and all(re.fullmatch(r"<details><summary>[^<\n]*, as text</summary>\n|</details>\n", fold) for fold in folds), (
        folds
    )


def test_no_chart_is_cut() -> None:
    """Where not all fits, they go whole: half a fence would swallow what stands below it."""
    many = [gate(f"shop=s{i}") for i in range(2_000)]
    assert "mermaid" not in promotion_body(drawn(story(many)))
    assert "mermaid" in promotion_body(drawn(story(many[:5])))
