"""What a change proposes, and which files it may touch for that: all others are named."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from support.changes import (
    BACK,
    BASE,
    CLAIM,
    ENVIRONMENT,
    HEAD,
    OLD_CLAIM,
    OLD_RECORD,
    RECORD,
    ROLLBACK,
    Files,
    at,
    change,
    going_back,
    staging,
)
from support.projects import deployment as empty
from support.records import claim, claim_file, deployed, record, sha

from mlspec.diagnostics import Diagnostic
from mlspec.promotion.verify import proposed
from mlspec.promotion.verify.proposed import (
    Change,
    allowed_paths,
    check_emptied,
    check_other_documents,
    check_other_keys,
    check_own_claim,
    check_paths,
    own_path,
)
from mlspec.registry.signing.trust import Trust

NOBODY, SIGNING = Trust("b" * 40), Trust("b" * 40, configured=True)
SIGNATURES = {RECORD.replace(".yaml", ".sigstore.json"), CLAIM.replace(".yaml", ".sigstore.json")}


def told(found: Iterable[Diagnostic]) -> list[tuple[str, str]]:
    """(code, the file or object that is named first)."""
    return [(d.code, d.message.split()[0]) for d in found]


def paths(found: Change, trust: Trust = NOBODY) -> list[tuple[str, str]]:
    return told(check_paths(found, found.promoted(), trust))


# ---------------------------------------------------------------------------------------------- what is promoted


def test_a_promotion_is_told_by_its_four_keys() -> None:
    assert [d.ref for d in change().promoted()] == ["deployment/staging/demand"]
    assert change(BASE).promoted() == []
    assert [d.ref for d in going_back().promoted()] == ["deployment/staging/demand"]


@pytest.mark.parametrize("key", ["digest", "previous", "claim"])
def test_any_of_the_four_makes_it_a_promotion(key: str) -> None:
    old = str(HEAD[ENVIRONMENT])
    line = next(row for row in old.splitlines() if row.startswith(f"  {key}:"))
    found = change({ENVIRONMENT: old.replace(line, f"  {key}: {sha('other')}")}, HEAD)
    assert [d.ref for d in found.promoted()] == ["deployment/staging/demand"]


def test_a_deployment_that_is_new_with_a_version_is_promoted() -> None:
    found = change({"environments/production/demand.yaml": deployed("production", "v1.0.0", sha("x"))}, HEAD)
    assert [d.ref for d in found.promoted()] == ["deployment/production/demand"]
    new = change({"environments/staging/second.yaml": deployed("staging", "v1.0.0", sha("x"), name="second")}, HEAD)
    assert [d.ref for d in new.promoted()] == ["deployment/staging/second"]
    assert told(check_other_keys(new, new.promoted()[0], rollback=False)) == [("MLS0742", "deployment/staging/second")]


def test_a_version_that_is_taken_away_is_told() -> None:
    found = change({ENVIRONMENT: empty("staging")}, HEAD)
    assert found.promoted() == []
    assert told(check_emptied(found)) == [("MLS0742", "deployment/staging/demand")]
    assert not list(check_emptied(change()))
    assert not list(check_emptied(change({ENVIRONMENT: None}, HEAD)))  # to stop serving, the Deployment is removed


@pytest.mark.parametrize("path", [RECORD, CLAIM, "registry/notes.txt", "promotions/a/b/c.sigstore.json"])
def test_whatever_lies_among_the_records_touches_them(path: str) -> None:
    assert change(HEAD, HEAD, {path: "M"}).touches_records()
    assert not change(HEAD, HEAD, {f"docs/{path}": "M", f"{path.split('/')[0]}.md": "A"}).touches_records()


def test_one_record_at_most_is_registered() -> None:
    added = {RECORD: record("v1.1.0"), "registry/demand/v1.2.0.yaml": record("v1.2.0")}
    found = change({**BASE, **added, CLAIM: None}, BASE)
    assert found.registered() == [RECORD]
    assert told(check_paths(found, [], NOBODY, found.registered())) == [("MLS0741", "a")]
    assert change({**BASE, OLD_RECORD: record(createdBy="Eve"), RECORD: None, CLAIM: None}).registered() == []


# ---------------------------------------------------------------------------------------------- which files


def test_the_files_of_a_promotion_are_allowed_and_signatures_where_they_count() -> None:
    found = change()
    assert paths(found) == paths(found, SIGNING) == []
    assert allowed_paths(found, staging(found), NOBODY) == {ENVIRONMENT, RECORD, CLAIM}
    assert allowed_paths(found, staging(found), SIGNING) == {ENVIRONMENT, RECORD, CLAIM} | SIGNATURES
    assert paths(change(more=dict.fromkeys(SIGNATURES, "A")), SIGNING) == []


@pytest.mark.parametrize(
    "path",
    [
        "README.md", "mlspec.yaml", "specs/demand.yaml", "shop/code.py", ".dvc/config", ".github/workflows/mlspec-ci.yml", "requirements.lock",
        "environments/production/demand.yaml", "registry/demand/v1.2.0.yaml", "promotions/production/demand/v1.1.0.yaml", "registry/demand/x",
        "promotions/staging/demand/v1.1.0.2.yaml", *sorted(SIGNATURES),
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", ["A", "M", "D", "T"])
def test_every_other_file_is_named(path: str, state: str) -> None:
    found = [d for d in check_paths(change(more={path: state}), change().promoted(), NOBODY) if path in d.message]
    assert [d.code for d in found] in (["MLS0741"], ["MLS0730"]), found
    assert (found[0].code == "MLS0730") == (path.startswith(("registry/", "promotions/")) and state != "A")


@pytest.mark.parametrize(("path", "state"), [(OLD_RECORD, "M"), (OLD_CLAIM, "D"), (OLD_RECORD, "T"), (RECORD, "M"), (CLAIM, "D")])
def test_records_and_claims_are_only_ever_added(path: str, state: str) -> None:
    assert ("MLS0730", path) in paths(change(more={path: state}))


def test_a_signature_that_still_counts_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    path = OLD_RECORD.replace(".yaml", ".sigstore.json")
    base: Files = {**HEAD, path: b"{}"}
    found = going_back({path: b"{ }"}, base)
    assert paths(found, SIGNING) == []  # `{}` never was a signature, so another may take its place
    monkeypatch.setattr(proposed, "check_model_signature", lambda *_: None)
    assert paths(found, SIGNING) == [("MLS0730", path)]
    assert ("MLS0730", path) in paths(found, NOBODY)


# ---------------------------------------------------------------------------------------------- the claim's own name


def test_a_claim_has_the_first_free_name() -> None:
    found = change()
    claimed = claim_file(found.head.files[CLAIM])
    assert own_path(found, staging(found), claimed) == CLAIM
    assert not list(check_own_claim(found, staging(found), claimed))
    again = change({}, {**BASE, CLAIM: b"kind: Claim\n"})
    assert own_path(again, staging(again), claimed) == CLAIM.replace(".yaml", ".2.yaml")
    back = going_back()
    assert own_path(back, staging(back), claim_file(back.head.files[ROLLBACK])) == ROLLBACK


@pytest.mark.parametrize("path", [CLAIM.replace(".yaml", ".2.yaml"), CLAIM.replace("staging", "production"), ROLLBACK, "promotions/x.yaml"])
def test_a_claim_under_another_name_is_refused(path: str) -> None:
    found = change()
    (refused,) = check_own_claim(found, staging(found), claim_file(found.head.files[CLAIM], path))
    assert (refused.code, CLAIM in refused.message) == ("MLS0743", True)


def test_an_old_claim_is_refused() -> None:
    found = change(BASE, HEAD)
    (refused,) = check_own_claim(found, staging(found), claim_file(found.head.files[OLD_CLAIM]))
    assert (refused.code, "is an old claim" in refused.message) == ("MLS0743", True)


# ---------------------------------------------------------------------------------------------- what else the file says


def keys(head: Files, *, rollback: bool = False) -> list[str]:
    found = change(head)
    return [d.message for d in check_other_keys(found, staging(found), rollback=rollback)]


def test_the_four_keys_are_free_and_no_other() -> None:
    text = str(HEAD[ENVIRONMENT])
    assert keys({}) == []
    for old, new, key in (
        ("target: local-rest", "target: other", "target"),
        ("  version:", "  hold: {until: '2030-01-01', reason: x}\n  version:", "hold"),
        ("{name: demand, ", "{name: demand, description: x, ", "metadata"),
    ):
        other = str(HEAD["specs/local-rest.yaml"]).replace("name: local-rest", "name: other")
        (message,) = keys({ENVIRONMENT: text.replace(old, new), "specs/other.yaml": other})
        assert f"sets `{key}` of deployment/staging/demand too" in message


def test_a_rollback_sets_a_hold_too() -> None:
    assert keys({ENVIRONMENT: BACK[ENVIRONMENT]}, rollback=True) == []
    assert len(keys({ENVIRONMENT: BACK[ENVIRONMENT]})) == 1


def test_other_documents_of_the_file_stay_as_they_are() -> None:
    second = empty("staging").replace("name: demand", "name: second")
    held = second.replace("local-rest}", "local-rest, hold: {until: '2030-01-01', reason: x}}")
    base: Files = {**BASE, ENVIRONMENT: str(BASE[ENVIRONMENT]) + f"---\n{second}"}

    def documents(text: str) -> list[tuple[str, str]]:
        found = change({ENVIRONMENT: str(HEAD[ENVIRONMENT]) + text}, base)
        return told(check_other_documents(found, found.promoted()))

    assert documents(f"---\n{second}") == documents(f"---\n# a comment\n{second}") == []
    for other in (
        "",
        f"---\n{held}",
        f"---\n{second}---\n{second.replace('second', 'third')}",
    ):
        assert documents(other) == [("MLS0742", "a")], other


def test_before_is_the_same_deployment_on_the_base_branch() -> None:
    found = change()
    before = found.before(staging(found))
    assert before is not None
    assert before.envelope.spec.version == "v1.0.0"
    assert Change(at({**BASE, ENVIRONMENT: None}), found.head, {}).before(staging(found)) is None


def test_a_claim_of_another_promotion_is_no_reason_to_allow_it() -> None:
    """The claim is found by its digest in the deployment's own folder: one elsewhere is a foreign file."""
    other = claim("production", "v1.1.0", record("v1.1.0"))
    path = "promotions/production/demand/v1.1.0.yaml"
    found = change({path: other, CLAIM: None, ENVIRONMENT: deployed("staging", "v1.1.0", other, previous=sha("v1.0.0"))})
    assert ("MLS0741", "a") in paths(found)
