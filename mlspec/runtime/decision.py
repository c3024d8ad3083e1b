"""What a model's `decision.json` says: how its probabilities were calibrated, and from where on the second class is the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.numbers import shown

DECISION = "decision.json"
"""Within a model's folder, whose digest covers it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`rows`: training rows that decided, answered by models that had not seen them, as `held` says; none for a declared threshold.

    `measured`: (metric, before, after) of the calibration, None where it could not be measured. `aim`: what the threshold was chosen by;
    `found`, `usual`: that at the threshold and at 0.5, on the rows that chose it.
    """

    rows: int = 0
    held: str = ""
    method: str = ""
    measured: tuple[tuple[str, float | None, float | None], ...] = ()
    threshold: float | None = None
    positive: str = ""
    aim: str = ""
    found: float | None = None
    usual: float | None = None

    @property
    def is_in_vain(self) -> bool:
        """Whether the first of the metrics, a proper score, got no better."""
        _, before, after = self.measured[0] if self.measured else ("", None, None)
        return before is not None and after is not None and after >= before

    @property
    def lines(self) -> tuple[str, ...]:
        """A line on each: calibration, threshold."""
        found = []
        if self.method:
            told = "; ".join(f"{name} {_number(before)} before, {_number(after)} after" for name, before, after in self.measured)
            doubt = "; it did not help" if self.is_in_vain else ""
            found.append(f"calibration: {self.method} on {self.rows:,} training rows ({self.held})" + (f": {told}{doubt}" if told else ""))
        if self.threshold is not None:
            how = f"{self.aim} {_number(self.found)}, {_number(self.usual)} at 0.5, on {self.rows:,} training rows ({self.held})"
            chosen = how if self.aim else "as declared"
            found.append(f"threshold: {self.positive} from a probability of {shown(self.threshold)} on: {chosen}")
        return tuple(found)


def _number(value: float | None) -> str:
    return "-" if value is None else shown(value)


def decision_of(form: Mapping[str, Any]) -> Decision:
    """Read what `runtime.train.deciding` wrote. Raises KeyError, TypeError, ValueError and AttributeError for anything else."""
    calibration, threshold, held = form.get("calibration"), form.get("threshold"), form.get("heldOut")
    more: dict[str, Any] = {}
    if held is not None:
        share = held.get("validation")
        told = f"{int(held['folds'])} folds" if share is None else f"{float(share):.3g} of them set aside"
        more |= {"rows": int(form["rows"]), "held": told}
    if calibration is not None:
        before, after = calibration["before"] or {}, calibration["after"] or {}
        names = list(dict.fromkeys([*before, *after]))
        more |= {
            "method": str(calibration["method"]),
            "measured": tuple((str(name), _or_none(before.get(name)), _or_none(after.get(name))) for name in names),
        }
    if threshold is not None:
        more |= {"threshold": float(threshold["value"]), "positive": str(threshold["positive"]), "aim": _aim(threshold.get("aim"))}
        more |= {key: _or_none(threshold.get(key)) for key in ("found", "usual")}
    return Decision(**more)


def _or_none(value: Any) -> float | None:
    return None if value is None else float(value)


def _aim(aim: Mapping[str, Any] | None) -> str:
    if aim is None:
        return ""
    if "metric" in aim:
        return str(aim["metric"])
    cost = aim["cost"]
    return f"cost a row (false positive {float(cost['falsePositive']):g}, false negative {float(cost['falseNegative']):g})"


def read_decision(folder: Path) -> Decision | None:
    """What a verified model folder says; None for a model that answers as its estimator does. Raises MLS0661."""
    path = folder / DECISION
    if not path.is_file():
        return None
    try:
        return decision_of(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise problem("MLS0661", f"{folder.name}/{DECISION} does not say how answers are decided: {error!r}", help="train again") from error
