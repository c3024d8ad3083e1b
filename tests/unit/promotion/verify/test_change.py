"""The check of one promoted deployment, part by part: the champion, the claim's times, holds, the order of environments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.changes import BASE, CLAIM, ENVIRONMENT, HEAD, HOLD, OLD_CLAIM, RECORD, TARGET, Files, change, going_back, staging
from support.git_repos import commit_all, sh, start
from support.projects import SPECS, workspace_at, write_project
from support.records import claim, claim_file, deployed, record, sha

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.promotion.verify.change import CLOCKS, _Check, check_change, claim_too_long
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.claims import VALID_FOR
from mlspec.registry.records import Claim
from mlspec.registry.signing.trust import Trust

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def checking(found: Change, now: datetime = NOW, *, alone: bool = True) -> _Check:
    nowhere = Path("/nowhere")
    return _Check(Repository(nowhere), found, staging(found), now, Trust("b" * 40), [], alone)


def codes(found: Iterable[Diagnostic]) -> list[str]:
    return [d.code for d in found]


# ---------------------------------------------------------------------------------------------- compare and swap


def test_what_the_claim_was_judged_against_is_still_deployed() -> None:
    assert codes(checking(change())._champion_stays()) == []


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ({ENVIRONMENT: deployed("staging", "v1.0.5", sha("c"))}, "v1.0.5"),
        ({ENVIRONMENT: SPECS[ENVIRONMENT]}, "nothing is deployed now"),
    ],
)
def test_another_promotion_that_went_first_is_told(base: Files, told: str) -> None:
    found = change(base={**BASE, **base})
    (refused,) = checking(found)._champion_stays()
    assert refused.code == "MLS0733"
    assert told in refused.message


def test_the_first_version_replaces_none() -> None:
    first = {ENVIRONMENT: deployed("staging", "v1.1.0", sha("c"))}
    found = change(first, {**BASE, ENVIRONMENT: SPECS[ENVIRONMENT]})
    assert codes(checking(found)._champion_stays()) == []
    assert codes(checking(change(first))._champion_stays()) == ["MLS0733"]


# ---------------------------------------------------------------------------------------------- the claim's times


def claimed(at: datetime, until: datetime) -> Claim:
    form = "%Y-%m-%dT%H:%M:%SZ"
    return claim_file(claim("staging", "v1.1.0", record(), evaluatedAt=at.strftime(form), validUntil=until.strftime(form))).claim


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "until", "refused"),
    [
        (NOW - SECOND, NOW + SECOND, False),
        (NOW - SECOND, NOW, True),  # its last moment is over
        (NOW - VALID_FOR - SECOND, NOW - SECOND, True),
        (NOW + CLOCKS, NOW + timedelta(days=1), False),
        (NOW + CLOCKS + SECOND, NOW + timedelta(days=1), True),  # evaluated later than any clock says
        (NOW, NOW + VALID_FOR, False),
        (NOW, NOW + VALID_FOR + SECOND, True),
        (NOW + timedelta(days=1), NOW - timedelta(days=1), True),
    ],
)
def test_a_claim_counts_while_its_evidence_does(at: datetime, until: datetime, refused: bool) -> None:
    assert codes(checking(change())._expiry(claimed(at, until))) == (["MLS0734"] if refused else [])
    assert claim_too_long(claimed(at, until)) is (until - at > VALID_FOR)


# ---------------------------------------------------------------------------------------------- by the base branch


@pytest.mark.parametrize(("day", "code"), [("2026-11-23", ["MLS0703"]), ("2026-11-22", []), ("2026-11-21", [])])
def test_a_hold_of_the_base_branch_stands_until_its_day(day: str, code: list[str]) -> None:
    held = deployed("staging", "v1.0.0", BASE[OLD_CLAIM] or b"", hold=HOLD.replace("2026-12-24", day))
    assert codes(checking(change(base={**BASE, ENVIRONMENT: held}))._promotable()) == code


def test_a_hold_that_the_change_takes_away_stands_all_the_same() -> None:
    """The change has no say in whether it is held up."""
    held = deployed("staging", "v1.0.0", BASE[OLD_CLAIM] or b"", hold=HOLD)
    assert "hold" not in str(HEAD[ENVIRONMENT])
    assert codes(checking(change(base={**BASE, ENVIRONMENT: held}))._promotable()) == ["MLS0703"]


def in_production(base: Files) -> list[str]:
    path = "environments/production/demand.yaml"
    found = change({path: deployed("production", "v1.1.0", sha("c"))}, {**HEAD, **base})
    check = checking(found)
    production = found.head.project.deployments["production/demand"]
    return codes(_Check(check.repository, found, production, NOW, check.trust, [])._promotable())


def test_a_version_goes_to_production_by_way_of_staging() -> None:
    assert in_production({}) == []
    assert in_production({ENVIRONMENT: deployed("staging", "v1.0.0", sha("c"))}) == ["MLS0704"]
    assert in_production({ENVIRONMENT: SPECS[ENVIRONMENT]}) == ["MLS0704"]


# ---------------------------------------------------------------------------------------------- the order of the checks


def test_the_costly_checks_wait_for_the_cheap_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(_Check, "_cheap", lambda self: iter(()))
    monkeypatch.setattr(_Check, "_costly", lambda self, chain: (asked.append(chain.where), iter(()))[1])
    assert checking(change()).run() == []
    assert asked == ["deployment/staging/demand"]
    assert checking(change(), alone=False).run() == []
    assert len(asked) == 1  # the store's configuration may be the change's own
    monkeypatch.setattr(_Check, "_cheap", lambda self: iter([Diagnostic("MLS0733", "moved")]))
    assert codes(checking(change()).run()) == ["MLS0733"]
    assert len(asked) == 1


def test_a_broken_claim_ends_as_its_diagnostics(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = b"kind: Claim\ntype: promotion\n"
    found = change({CLAIM: broken, ENVIRONMENT: deployed("staging", "v1.1.0", broken, previous=sha("v1.0.0"))})
    assert set(codes(checking(found).run())) >= {"MLS0102"}
    torn = change({RECORD: b"a: ["})
    assert codes(checking(torn).run())


def test_without_claim_or_record_no_more_is_asked() -> None:
    found = change({CLAIM: None, ENVIRONMENT: deployed("staging", "v1.1.0", sha("none"), previous=sha("v1.0.0"))})
    assert codes(checking(found).run()) == ["MLS0732"]
    assert codes(checking(change({RECORD: None})).run()) == ["MLS0715"]


def test_a_sound_rollback_passes_the_cheap_checks() -> None:
    found = going_back()
    assert codes(checking(found)._cheap()) == []


def test_an_exchanged_target_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sha("t") != TARGET
    other = claim("staging", "v1.1.0", record("v1.1.0"), about={"previous": sha("v1.0.0")})
    found = change({CLAIM: other, ENVIRONMENT: deployed("staging", "v1.1.0", other, previous=sha("v1.0.0"))})
    check = checking(found)
    monkeypatch.setattr(_Check, "_promotable", lambda self: iter(()))
    monkeypatch.setattr("mlspec.promotion.verify.evidence.check_inputs", lambda *_: iter(()))
    assert codes(check._cheap()) == ["MLS0736"]


# ---------------------------------------------------------------------------------------------- Git's state


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = write_project(start(tmp_path / "project"))
    commit_all(found)
    return found


def checked(root: Path, base: str = "main") -> Any:
    return check_change(workspace_at(root, SPECS), base)


def test_a_change_that_promotes_nothing_passes_unasked(root: Path) -> None:
    sh(root, "git", "switch", "--quiet", "--create", "topic")
    (root / "README.md").write_text("more\n")
    commit_all(root)
    assert (checked(root).promoted, checked(root).diagnostics) == ((), ())


def test_a_checkout_that_lacks_the_base_branch_is_no_merge_result(root: Path) -> None:
    sh(root, "git", "switch", "--quiet", "--create", "topic")
    (root / "registry/demand").mkdir(parents=True)
    (root / "registry/demand/v1.0.0.yaml").write_bytes(record())
    commit_all(root)
    sh(root, "git", "switch", "--quiet", "main")
    (root / "other").write_text("x")
    commit_all(root)
    sh(root, "git", "switch", "--quiet", "topic")
    found = checked(root)
    assert found.promoted == ("registry/demand/v1.0.0.yaml",)
    assert "MLS0744" in codes(found.diagnostics)


def test_another_history_and_uncommitted_work_have_no_answer(root: Path) -> None:
    sh(root, "git", "branch", "foreign", sh(root, "git", "commit-tree", "HEAD^{tree}", "-m", "Foreign"))
    with pytest.raises(Problems, match="MLS0744"):
        checked(root, "foreign")
    with pytest.raises(Problems, match="MLS0958"):
        checked(root, "absent")
    (root / "mlspec.yaml").write_text("changed")
    with pytest.raises(Problems, match="MLS0954"):
        checked(root)
