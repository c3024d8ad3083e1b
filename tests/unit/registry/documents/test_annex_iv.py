"""Each item of Annex IV: found only where the repository shows it, and with its place or digest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.evidence_world import SPEC_FILES
from support.facts import declared, reporting, unread

from mlspec.registry.documents.annex_iv import ITEMS, render
from mlspec.registry.documents.facts import Facts


def found(facts: Facts) -> dict[str, str]:
    """{item: evidence} of what was found."""
    return {item.number: evidence for item in ITEMS if (evidence := item.find(facts)) is not None}


def test_what_this_repository_shows(facts: Facts) -> None:
    assert set(found(facts)) == {"1(a)", "1(c)", "1(d)", "2(a)", "2(b)", "2(c)", "2(d)", "2(e)", "2(g)", "3", "4", "6"}
    assert facts.entry.digest in found(facts)["1(a)"]
    assert facts.entry.record.artifacts.train.digest in found(facts)["2(d)"]


def test_of_a_version_without_specs_there_is_little(facts: Facts) -> None:
    assert set(found(replace(unread(facts), claims=(), everywhere=()))) == {"1(c)", "1(d)"}
    assert f"Some evidence was found for {len(found(facts))} of {len(ITEMS)} items." in render(facts)


@pytest.mark.parametrize(
    ("key", "items"),
    [
        ('"intendedUse"', {"1(a)"}),
        ('"humanOversight"', {"2(e)"}),
        ('"metrics"', {"4"}),
        ('"limitations"', {"3"}),
    ],
)
def test_what_the_owner_did_not_write_is_missing(facts: Facts, key: str, items: set[str]) -> None:
    lines = [line for line in SPEC_FILES["specs/demand.yaml"].splitlines() if key not in line]
    assert len(lines) < len(SPEC_FILES["specs/demand.yaml"].splitlines())
    assert set(found(facts)) - set(found(declared(facts, {"specs/demand.yaml": "\n".join(lines)}))) == items


@pytest.mark.parametrize("text", ["  ", "\\n"])
def test_a_blank_text_is_no_evidence(facts: Facts, text: str) -> None:
    spec = SPEC_FILES["specs/demand.yaml"].replace("Buyers see the forecast and order by hand.", text)
    assert "2(e)" not in found(declared(facts, {"specs/demand.yaml": spec}))


def test_hardware_and_monitoring_are_found_where_they_are_declared(facts: Facts) -> None:
    target = SPEC_FILES["specs/local-rest.yaml"].replace("spec: {", "spec: {runsOn: [self-hosted, serving], ")
    assert "runners of the deployment targets" in found(declared(facts, {"specs/local-rest.yaml": target}))["1(e)"]
    watched = replace(facts, files={**facts.files, ".github/workflows/mlspec-monitor.yml": b"x"})
    assert "checks what is deployed by schedule" in found(watched)["9"]
    assert "2(c)" not in found(reporting(facts, "dvc.lock", None))


def test_signatures_are_named_and_not_vouched_for(facts: Facts) -> None:
    assert "signatures: none (`spec.signing`)" in found(facts)["2(g)"]
    signed = replace(facts, signatures={"registry/demand/v1.0.0.sigstore.json": "sha256:ab"})
    assert "signatures: `registry/demand/v1.0.0.sigstore.json` (`sha256:ab`)" in found(signed)["2(g)"]
    assert "2(g)" not in found(replace(facts, claims=()))


def test_every_row_is_one_row(facts: Facts) -> None:
    rows = [line for line in render(facts).splitlines() if line.startswith("| ")]
    assert len(rows) == len(ITEMS) + 2
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
