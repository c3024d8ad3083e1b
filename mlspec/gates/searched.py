"""What is told of a model's search: from the copy of `best.json` in its folder, which its digest covers, and from the log that names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import model_folder
from mlspec.diagnostics import problem
from mlspec.diagnostics.numbers import shown
from mlspec.reports.charts.model import Chart
from mlspec.runtime.tune.apply import TUNED


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart of the search, and how to read it."""

    chart: Chart
    caption: str


@dataclass(frozen=True, slots=True)
class Searched:
    """`params`: (name, value as JSON). `fresh`: the winner on other folds; `optimism`, `gain`: see `runtime.tune.doubt`; or None."""

    metric: str
    value: float
    fresh: float
    optimism: float | None
    gain: float | None
    trials: int
    pruned: int
    failed: int
    params: tuple[tuple[str, str], ...]
    nested: tuple[float, float | None, float | None] | None = None
    drawn: tuple[Drawn, ...] = field(default=())

    def line(self) -> str:
        """All of it in one line."""
        optimism = f", optimism {shown(self.optimism, 3, sign=True)}" if self.optimism is not None else ""
        gain = f", {shown(self.gain, 3, sign=True)} against no search" if self.gain is not None else ""
        whole = f"; the whole procedure: {shown(self.nested[0])}" if self.nested else ""
        ended = [f"{count} {word}" for count, word in ((self.pruned, "pruned"), (self.failed, "failed")) if count]
        more = f" ({', '.join(ended)})" if ended else ""
        best = f"best {self.metric} {shown(self.value)}, {shown(self.fresh)} on fresh folds"
        return f"{self.trials:,} trials{more}: {best}{optimism}{gain}{whole}"


def searched(root: Path, model: str, folder: Path, rows: Mapping[str, str], *, closer: bool) -> Searched | None:
    """What a verified model folder says of its search; None for a model without one. `rows`: the digests of `train` and `test` rows.

    Raises MLS0725 where the search read other rows than the training rows, and MLS0661 where what stands there is no search's.
    """
    path = folder / TUNED
    if not path.is_file():
        return None
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
        found, inputs = _read(form), [str(digest) for digest in form["inputs"].values()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise problem("MLS0661", f"{folder.name}/{TUNED} is no result of a search: {error!r}", help="run tune and train again") from error
    if rows["test"] in inputs:
        raise problem("MLS0725", f"the search for params of model/{model} read the test rows", help=_AGAIN)
    if inputs != [rows["train"]]:
        raise problem("MLS0725", f"the search for params of model/{model} read other rows than its training rows", help=_AGAIN)
    log = root / model_folder(model) / "trials.jsonl"
    if not closer or not log.is_file() or f"sha256:{hashlib.sha256(data := log.read_bytes()).hexdigest()}" != form["log"]:
        return found
    from mlspec.gates.closer.search import pictures

    drawn = tuple(Drawn(chart, caption) for chart, caption in pictures(data.decode("utf-8"), found.metric, greater=bool(form["greater"])))
    return replace(found, drawn=drawn)


_AGAIN = "`mlspec run` makes it as the specs declare, from the training rows alone; then commit, and promote again"


def _read(form: Mapping[str, Any]) -> Searched:
    counts, nested = form["trials"], form.get("nested")
    return Searched(
        metric=str(form["metric"]),
        value=float(form["value"]),
        fresh=float(form["fresh"]),
        optimism=_or_none(form["optimism"]),
        gain=_or_none(form["gain"]),
        trials=int(counts["all"]),
        pruned=int(counts["pruned"]),
        failed=int(counts["failed"]),
        params=tuple((str(name), json.dumps(value, ensure_ascii=False)) for name, value in sorted(form["params"].items())),
        nested=(float(nested["value"]), _or_none(nested["low"]), _or_none(nested["high"])) if nested else None,
    )


def _or_none(value: Any) -> float | None:
    return None if value is None else float(value)
