"""History as rows and as JSON: whole, and with no name that writes to the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.registry.branch import Line, Step
from mlspec.registry.declared import Declared
from mlspec.registry.history.at import Stood, Then
from mlspec.registry.history.forms import PERIODS, STOOD, VERSIONS, history_json, period_rows, stood_rows, then_json, version_rows
from mlspec.registry.history.moment import Asked
from mlspec.registry.history.periods import Period
from mlspec.registry.history.tell import History, Version

SHA = "sha256:" + "0123456789abcdef" * 4
HOSTILE = "x\x1b]0;owned\x07\u202e"
MERGED, PUSHED = Step("a" * 40, 1_767_225_600, "Bob <b@x>", True), Step("b" * 40, 1_767_225_660, f"Eve{HOSTILE} <e@x>", False)
LINE = Line(Repository(Path()), "main", "c" * 40)
VERSION = Version("demand", "v1.0.0", SHA, "d" * 40, "2026-01-01T00:00:00Z", "Ada <a@x>", "registry/demand/v1.0.0.yaml", MERGED)
PERIOD = Period("staging", "demand", "demand", "v1.0.0", SHA, SHA, "promotions/staging/demand/v1.0.0.yaml", "promotion", MERGED)
DECLARED = Declared("staging", "demand", "demand", "v1.0.0", SHA, "none", SHA, "rest")


def test_a_version_is_a_row_of_its_headings() -> None:
    (row,) = version_rows((VERSION,))
    assert dict(zip(VERSIONS, row, strict=True)) == {
        "version": "v1.0.0",
        "merged": "2026-01-01T00:00:00Z",
        "created": "2026-01-01T00:00:00Z",
        "by": "Ada <a@x>",
        "commit": "d" * 12,
        "digest": SHA[:19],
    }


def test_a_period_says_how_by_whom_and_why() -> None:
    back = replace(PERIOD, how="rollback", start=PUSHED, until=MERGED, reason=HOSTILE, hold=f"2026-12-01{HOSTILE}")
    first, second = (dict(zip(PERIODS, row, strict=True)) for row in period_rows((PERIOD, back)))
    assert (first["until"], first["merged by"], first["why"]) == ("now", "Bob <b@x>", "")
    assert (second["how"], second["until"]) == ("rollback", MERGED.instant)
    assert second["merged by"].endswith("<e@x> (no merge)")
    assert second["why"].endswith(")")
    assert all(cell.isprintable() for row in period_rows((back,)) for cell in row)


def test_a_removal_has_no_version() -> None:
    gone = replace(PERIOD, version=None, digest=None, claim=None, claim_path=None, how="removal")
    assert period_rows((gone,))[0][1] == "-"


def test_hostile_text_of_a_record_is_made_visible() -> None:
    spoilt = replace(VERSION, created_by=HOSTILE, created_at=HOSTILE, commit=HOSTILE, digest=HOSTILE)
    assert all(cell.isprintable() for cell in version_rows((spoilt,))[0])
    assert all(cell.isprintable() for cell in stood_rows(_then(replace(DECLARED, version=HOSTILE, digest=HOSTILE, claim=HOSTILE)))[0])


def _then(declared: Declared, since: Step | None = MERGED) -> Then:
    stood = (Stood(declared, "environments/staging/demand.yaml", since),)
    return Then(LINE, "staging", Asked(0, "the end of 2026-01-01 (UTC)"), MERGED, stood, (PUSHED,))


def test_what_stood_is_told_with_and_without_a_version() -> None:
    assert dict(zip(STOOD, stood_rows(_then(DECLARED))[0], strict=True))["since"] == MERGED.instant
    nothing = replace(DECLARED, version=None, digest=None, claim=None)
    assert stood_rows(_then(nothing, None)) == [["demand", "-", "-", "-", "-"]]


def test_history_as_json_leaves_versions_out_where_there_are_none_to_have() -> None:
    of_model = history_json(History("model/demand", LINE, (VERSION,), (PERIOD,), more=True))
    assert (of_model["version"], of_model["object"], of_model["more"]) == (1, "model/demand", True)
    assert of_model["branch"] == {"name": "main", "commit": "c" * 40}
    assert of_model["versions"][0]["merged"] == {"at": MERGED.instant, "commit": "a" * 40, "by": "Bob <b@x>", "isMerge": True}
    assert of_model["periods"][0] | {"from": None} == {
        "environment": "staging", "deployment": "demand", "model": "demand", "version": "v1.0.0", "digest": SHA, "claim": SHA,
        "claimPath": PERIOD.claim_path, "how": "promotion", "reason": None, "holdUntil": None, "from": None, "until": None,
    }  # fmt: skip
    assert "versions" not in history_json(History("environment/staging", LINE, None, ()))


def test_a_moment_as_json_names_the_steps_where_clocks_ran_backwards() -> None:
    form = then_json(_then(DECLARED))
    assert (form["at"], form["clocksRanBackwards"]) == ("the end of 2026-01-01 (UTC)", ["b" * 40])
    assert form["deployments"][0]["since"]["commit"] == "a" * 40
    assert then_json(_then(DECLARED, None))["deployments"][0]["since"] is None
