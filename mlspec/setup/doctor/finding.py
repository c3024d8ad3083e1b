"""What a check says: `ok`, `problem`, `limited` or `skipped`, what was found, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mlspec.diagnostics import Problems, extras

Outcome = Literal["ok", "problem", "limited", "skipped"]
"""`limited`: GitHub does not offer it to this repository. No edit of a setting mends that, so it is no problem that turns an exit code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's answer. `fix`: a command, or the place of a setting; for `skipped` what would let it run, for `limited` what protects."""

    outcome: Outcome
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report: an area (`git`), the check's name in it, and the verdict."""

    area: str
    check: str
    verdict: Verdict

    def as_json(self) -> dict[str, str]:
        v = self.verdict
        return {"area": self.area, "check": self.check, "outcome": v.outcome, "what": v.what, "fix": v.fix}


class Skipped(Exception):
    """Raised in a check that can't know: what it lacks, and how to give it that."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.verdict = Verdict("skipped", what, fix)


def ok(what: str) -> Verdict:
    return Verdict("ok", what)


def bad(what: str, fix: str) -> Verdict:
    return Verdict("problem", what, fix)


def limited(what: str, instead: str) -> Verdict:
    return Verdict("limited", what, instead)


def skip(what: str, fix: str = "") -> Verdict:
    return Verdict("skipped", what, fix)


def judge(area: str, check: str, look: Callable[[], Verdict]) -> Finding:
    """Run one check. A diagnostic that it meets is its problem: it never stops the others, nor does a library that is not installed."""
    try:
        verdict = look()
    except Skipped as skipped:
        verdict = skipped.verdict
    except Problems as problems:
        verdict = of_problems(problems)
    except ModuleNotFoundError as error:
        missing = extras.lacking(error)
        if missing is None:
            raise
        verdict = skip(missing.message, missing.help or "")
    return Finding(area, check, verdict)


def of_problems(problems: Problems) -> Verdict:
    """The first diagnostic as a verdict."""
    first = problems.diagnostics[0]
    return bad(f"{first.message} ({first.code})", first.help or f"`mlspec explain {first.code}`")
