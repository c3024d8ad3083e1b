"""One trial: what was tried, on which folds it was how good, and how it ended."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

State: TypeAlias = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A setting to try. `share`: of the training rows of each fold (1: all); `bars`: see `pruning`."""

    number: int
    wave: int
    params: Mapping[str, Any]
    share: float = 1.0
    bars: tuple[float | None, ...] = ()
    resource: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """`values`: the metric a fold, in their order, as far as it got. `error`: why it failed. `warnings`: what was said while it was fitted;
    they stand in no log.
    """

    number: int
    wave: int
    params: Mapping[str, Any]
    state: State
    values: tuple[float, ...] = ()
    error: str = ""
    share: float = 1.0
    resource: int | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def value(self) -> float | None:
        """The mean over its folds; None unless it went through all."""
        return mean(self.values) if self.state == "complete" else None

    def form(self) -> dict[str, Any]:
        """As JSON: no time, no host, nothing that another run would have otherwise."""
        more: dict[str, Any] = {} if self.share == 1.0 else {"share": self.share}
        more |= {} if self.resource is None else {"resource": self.resource}
        more |= {"prunedAfter": len(self.values)} if self.state == "pruned" else {}
        more |= {"error": self.error} if self.error else {}
        return {
            "number": self.number,
            "wave": self.wave,
            "state": self.state,
            "params": dict(self.params),
            "values": list(self.values),
            "value": self.value,
            **more,
        }

    def line(self) -> str:
        """Its line of the log."""
        return json.dumps(self.form(), ensure_ascii=False) + "\n"


def from_form(form: Mapping[str, Any]) -> Trial:
    """A trial that a log has. Raises KeyError and TypeError for what is none."""
    return Trial(
        int(form["number"]),
        int(form["wave"]),
        dict(form["params"]),
        form["state"],
        tuple(float(value) for value in form["values"]),
        str(form.get("error", "")),
        float(form.get("share", 1.0)),
        form.get("resource"),
    )


def mean(values: Sequence[float]) -> float:
    """The mean, of 12 digits as the values themselves are."""
    return float(f"{statistics.fmean(values):.12g}")


def best_of(trials: Sequence[Trial], *, greater: bool) -> Trial | None:
    """The best that went through all folds on all rows; of equal ones the first."""
    whole = [one for one in trials if one.state == "complete" and one.share == 1.0]
    top = max((one.resource or 0 for one in whole), default=0)
    whole = [one for one in whole if (one.resource or 0) == top]
    return min(whole, key=lambda one: (-_of(one) if greater else _of(one), one.number), default=None)


def _of(trial: Trial) -> float:
    return trial.value or 0.0
