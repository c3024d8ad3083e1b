"""What a pack is made of: read once, from the commit; reports that anybody may have edited count only where they agree with the record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.evidence_world import EVALUATION, SPEC_FILES, claim, commit, make, record
from support.facts import FOLDER, evaluated, reporting, unread
from support.records import claim_file, entry, rollback, sha
from support.records import record as any_record

from mlspec.diagnostics import Problems
from mlspec.registry.documents.facts import Facts, gather


@pytest.mark.parametrize(
    "metrics",
    [
        {"mae": {"value": 3.0}},
        {"mae": {"value": 3}},
        {"mae": {"value": 3.0 + 1e-7}},
        {"mae": {"value": 3.0, "low": -5}, "other": {"value": 9}, "odd": 3},
    ],
)
def test_an_evaluation_with_the_records_numbers_is_used(facts: Facts, metrics: dict[str, Any]) -> None:
    assert evaluated(facts, metrics=metrics).evaluation["rows"] == 150


@pytest.mark.parametrize(
    "metrics",
    [
        {"mae": {"value": 2.9}}, {}, {"rmse": {"value": 3.0}}, {"mae": {}}, {"mae": {"value": None}}, {"mae": {"value": "3.0"}}, {"mae": 3.0}, {"mae": [3.0]},
        {"mae": {"value": float("nan")}}, {"mae": {"value": float("inf")}}, {"mae": {"value": 10**400}}, {"mae": {"value": True}}, [], 3, None, "mae",
    ],
    ids=lambda m: str(m)[:40],
)  # fmt: skip
def test_an_evaluation_of_other_numbers_or_of_none_is_not(facts: Facts, metrics: Any) -> None:
    """Its tables by group would stand in the card beside the record's numbers, as if they were of the same model."""
    assert evaluated(facts, metrics=metrics).evaluation == {}


def test_every_metric_of_the_record_must_stand_there(facts: Facts) -> None:
    two = replace(facts, entry=entry(any_record(metrics={"mae": {"value": 3.0}, "r2": {"value": 0.5}})))
    assert evaluated(two, metrics={"mae": {"value": 3.0}}).evaluation == {}
    assert evaluated(two, metrics={"mae": {"value": 3.0}, "r2": {"value": 0.5}}).evaluation


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"3", b"null", b"[" * 300, b"\xff\xfe", b'"text"'], ids=lambda c: str(c[:8]))
def test_a_report_that_is_no_mapping_is_none(facts: Facts, content: bytes) -> None:
    spoilt = replace(facts, files={f"{FOLDER}/split.json": content})
    assert spoilt.report("split.json") is None
    assert spoilt.digest_of(f"{FOLDER}/split.json") == sha(content)
    assert spoilt.report("absent.json") is spoilt.digest_of("absent") is None


def test_a_report_that_nests_too_deep_for_the_reader_is_none(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_: bytes) -> object:
        raise RecursionError

    monkeypatch.setattr("mlspec.registry.documents.facts.json.loads", too_deep)
    assert facts.report("evaluation.json") is None


def test_a_report_is_read_by_its_name(facts: Facts) -> None:
    assert reporting(facts, "split.json", {"rows": 1}).report("split.json") == {"rows": 1}
    assert reporting(facts, "split.json", None).report("split.json") is None
    assert facts.report("evaluation.json") == EVALUATION


def test_the_claim_is_the_newest_promotion_before_any_rollback(facts: Facts) -> None:
    first, second = (
        claim_file(claim("staging", "v1.0.0", record("1" * 40, "v1.0.0")), f"promotions/staging/demand/v1.0.0{n}.yaml") for n in ("", ".2")
    )
    back = claim_file(
        rollback("staging", "v1.0.0", any_record(), evaluatedAt="2026-12-01T00:00:00Z"), "promotions/staging/demand/v1.0.0.rollback-1.yaml"
    )
    assert replace(facts, claims=(back, second, first)).claim == second.claim
    assert replace(facts, claims=(back,)).claim == back.claim
    assert replace(facts, claims=()).claim is None


def test_specs_have_a_digest_each(facts: Facts) -> None:
    assert set(facts.spec_digests) >= {"model/demand", "source/sales", "rules/sales"}
    assert all(digest.startswith("sha256:") for digest in facts.spec_digests.values())
    assert unread(facts).spec_digests == {}
    assert unread(facts).model is None


# ---------------------------------------------------------------------------------------------- which version, which claims


def test_what_is_deployed_last_on_the_path_is_meant(evidence_root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(evidence_root), "clone")
    root = tmp_path / "clone"
    text = SPEC_FILES["environments/staging/demand.yaml"]
    of = "target: local-rest, version: {0}, digest: '{1}', claim: '{1}', previous: none}}"
    commit(root, {"environments/staging/demand.yaml": text.replace("target: local-rest}", of.format("v1.1.0", sha("x")))}, 200)
    assert gather(root, "demand", None, None).version == "v1.1.0"
    production = SPEC_FILES["environments/production/demand.yaml"].replace("target: local-rest}", of.format("v1.0.0", sha("x")))
    commit(root, {"environments/production/demand.yaml": production}, 260)
    assert gather(root, "model/demand", None, None).version == "v1.0.0"
    assert gather(root, "model/demand", None, "staging").version == "v1.1.0"


def test_claims_of_other_versions_models_and_places_are_not_its_own(evidence_root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(evidence_root), "clone")
    root = tmp_path / "clone"
    of = (root / "registry/demand/v1.0.0.yaml").read_bytes()
    more = {
        "promotions/production/demand/v1.0.0.yaml": claim("production", "v1.0.0", of),
        "promotions/staging/demand/v1.1.0.yaml": claim("staging", "v1.1.0", of),
        "promotions/staging/demand/notes.yaml": b"not a claim",
    }
    commit(root, more, 200)
    found = gather(root, "model/demand", "v1.0.0", None)
    assert (found.environment, [c.path for c in found.claims]) == ("production", ["promotions/production/demand/v1.0.0.yaml"])
    assert len(found.everywhere) == 3
    assert [c.path for c in gather(root, "model/demand", "v1.0.0", "staging").claims] == ["promotions/staging/demand/v1.0.0.yaml"]


def test_a_commit_that_is_gone_leaves_the_record_alone(tmp_path: Path) -> None:
    make(tmp_path)
    commit(tmp_path, {"registry/demand/v1.2.0.yaml": record("0" * 40, "v1.2.0")}, 200)
    found = gather(tmp_path, "model/demand", "v1.2.0", None)
    assert (found.project, found.files, found.sources) == (None, {}, ())
    assert found.notes[0].startswith(f"The specs at the record's commit {'0' * 40} can't be read here (MLS0958")


@pytest.mark.parametrize("path", ["registry/demand/v1.3.0.yaml", "promotions/staging/demand/v1.3.0.yaml"])
def test_a_broken_record_or_claim_is_told(tmp_path: Path, path: str) -> None:
    make(tmp_path)
    commit(tmp_path, {path: "kind: [\n"}, 200)
    with pytest.raises(Problems):
        gather(tmp_path, "model/demand", "v1.0.0", None)


def test_sources_have_what_their_stages_wrote(facts: Facts) -> None:
    (source,) = facts.sources
    assert source.bound.ref == "source/sales"
    assert source.validation == json.loads(SPEC_FILES["pipelines/data/sales/validation.json"])
    assert set(facts.blobs) == {"data/sales.csv"}
