"""What a search leaves: `best.json`, which training takes; `trials.jsonl` and `trials.csv`, the log; `tuning.json`, for `dvc metrics`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import replace_file, write_json
from mlspec.runtime.context import Context
from mlspec.runtime.tune.apply import BEST, TUNED
from mlspec.runtime.tune.trial import Trial

LOG, SHEET = "trials.jsonl", "trials.csv"


def none_left(trials: Sequence[Trial]) -> Problems:
    """No trial went through: the first one's error is what to mend."""
    first = next((one for one in trials if one.error), None)
    why = f"the first: {first.error}, with {json.dumps(dict(first.params), ensure_ascii=False)}" if first else "none was asked for"
    message = f"all {len(trials)} trials failed; {why}"
    return problem("MLS0659", message, help="mend the space, the estimator's params or the features; `trials.jsonl` would hold only errors")


def failed_again(trial: Trial) -> Problems:
    """The winner fails where it is tried once more."""
    message = f"the best setting fails on other folds: {trial.error}, with {json.dumps(dict(trial.params), ensure_ascii=False)}"
    return problem("MLS0659", message, help="leave such settings out of the space, or ask for fewer folds")


def write(context: Context, trials: Sequence[Trial], found: Mapping[str, Any]) -> None:
    """Write all of it; the log first, since the result names its digest."""
    log = "".join(one.line() for one in trials).encode()
    replace_file(context.out(LOG), log)
    replace_file(context.out(SHEET), _sheet(trials).encode())
    digest = f"sha256:{hashlib.sha256(log).hexdigest()}"
    write_json(context.out(BEST), {**found, "log": digest})
    write_json(context.out(TUNED), headline(found))


def headline(found: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers alone, for `dvc metrics show` and `diff`."""
    shown = {key: found[key] for key in ("value", "fresh", "optimism", "untunedFresh", "gain")}
    more = {"nested": found["nested"]["value"]} if found.get("nested") else {}
    return {**shown, **more, "trials": found["trials"]}


def _sheet(trials: Sequence[Trial]) -> str:
    """A row a trial, a column a parameter: what a spreadsheet or `dvc plots` reads."""
    names = sorted({name for one in trials for name in one.params})
    folds = max((len(one.values) for one in trials), default=0)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["number", "wave", "state", "value", *names, *(f"fold_{i + 1}" for i in range(folds))])
    for one in trials:
        values = [*one.values, *([""] * (folds - len(one.values)))]
        rows.writerow([one.number, one.wave, one.state, _cell(one.value), *(_cell(one.params.get(name)) for name in names), *values])
    return text.getvalue()


def _cell(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)


def counts(trials: Sequence[Trial]) -> dict[str, int]:
    """How many trials there are, by how they ended."""
    states = ("complete", "pruned", "failed")
    return {"all": len(trials), **{state: sum(one.state == state for one in trials) for state in states}}
