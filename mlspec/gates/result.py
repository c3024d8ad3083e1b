"""What a gate found, as the claim keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["pass", "fail", "inconclusive", "skipped", "waived"]


@dataclass(frozen=True, slots=True)
class Waived:
    """The Waiver by which a gate may miss: its name and owner, the day it ends (`YYYY-MM-DD`, UTC), and why."""

    name: str
    owner: str
    until: str
    reason: str

    def as_form(self) -> dict[str, str]:
        """As claims keep it."""
        return {"name": self.name, "owner": self.owner, "until": self.until, "reason": self.reason}


VALIDATION = "validation"
"""The subject of a gate that judges a mean over folds of the training rows."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's verdict. `waived`: it fails or is inconclusive, and `waiver` lets it.

    For `versus` gates value, low and high are of the difference, and `reference` is the other's value. `warning`: it holds, and its
    message should be read all the same. `where`: the key that asks for it, with file and line; not part of a claim, since lines move.
    `greater`: of a comparison, whether more is better (None: nearer to 0); not part of a claim, since the KPI says which metric it is.
    """

    kpi: str
    metric: str
    subject: str
    value: float
    low: float
    high: float
    threshold: float
    rows: int
    verdict: Verdict
    message: str
    reference: float | None = None
    waiver: Waived | None = None
    warning: bool = False
    where: str = ""
    greater: bool | None = None

    @property
    def is_leakage(self) -> bool:
        """Whether it is a check that every model gets, and no KPI."""
        return self.kpi.startswith("leakage")

    @property
    def is_whole(self) -> bool:
        """Whether it judges the whole model, on its test rows or in validation, and no slice or group."""
        return self.subject in ("overall", VALIDATION)

    @property
    def is_of_step(self) -> bool:
        """Whether it judges a number that a Step wrote: a value without an interval. No metric of a model has a dot."""
        return "." in self.metric

    @property
    def is_about_baseline(self) -> bool:
        """Whether it compares with the baseline, and not with the champion."""
        return " vs baseline" in self.kpi

    def as_form(self) -> dict[str, Any]:
        """The claim's entry: numbers to 12 digits, null where not defined."""
        numbers = {k: rounded(getattr(self, k)) for k in ("value", "low", "high", "threshold", "reference")}
        head = {"kpi": self.kpi, "metric": self.metric, "subject": self.subject}
        waiver = {"waiver": self.waiver.as_form()} if self.waiver else {}
        warning = {"warning": True} if self.warning else {}
        return {**head, **numbers, "rows": self.rows, "verdict": self.verdict, "message": self.message, **waiver, **warning}

    @classmethod
    def from_form(cls, form: Mapping[str, Any]) -> GateResult:
        """Read a claim's entry back."""
        value, low, high, threshold = (_float(form.get(k)) for k in ("value", "low", "high", "threshold"))
        reference = None if form.get("reference") is None else float(form["reference"])
        kpi, metric, subject, message = (str(form[k]) for k in ("kpi", "metric", "subject", "message"))
        waiver = Waived(**form["waiver"]) if form.get("waiver") else None
        rows, warning = int(form["rows"]), bool(form.get("warning"))
        return cls(kpi, metric, subject, value, low, high, threshold, rows, form["verdict"], message, reference, waiver, warning)


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


@dataclass(frozen=True, slots=True)
class GateReport:
    """All gates of a model. `verdict` is pass when none failed and none is inconclusive; a waived one stands in nobody's way."""

    gates: tuple[GateResult, ...]
    confidence: float

    @property
    def verdict(self) -> Verdict:
        verdicts = {g.verdict for g in self.gates}
        return "fail" if "fail" in verdicts else "inconclusive" if "inconclusive" in verdicts else "pass"


def rounded(value: float | None) -> float | None:
    """12 significant digits: the last bits of a sum differ between machines, and a verdict must not."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.12g}")
