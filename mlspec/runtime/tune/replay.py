"""Is a log that of the search which a section declares? Asked without a single fit: the sampler is asked again, and told what the log says.

What it asks for must be what the log tried, and the best of the log what `best.json` says. That the values came from the rows is not seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.runtime.tune.objective import objective
from mlspec.runtime.tune.outcome import counts
from mlspec.runtime.tune.samplers import sampler_of, search_of
from mlspec.runtime.tune.trial import Trial, best_of, from_form, mean


def fault(section: Mapping[str, Any], log: str, best: Mapping[str, Any]) -> str | None:
    """What in a log is not of this search, in words; None where all is. `section`: `search` of params.yaml; `best`: of `best.json`.

    Raises what the sampler raises: MLS0008 and MLS0657.
    """
    try:
        trials = [from_form(json.loads(line)) for line in log.splitlines()]
        told = best["params"], best["number"], best["value"], best["trials"]
    except (ValueError, KeyError, TypeError) as error:
        return f"it can't be read: {type(error).__name__}"
    greater = bool(objective(section).greater)
    found = _asked_otherwise(section, trials, greater=greater)
    if found is not None:
        return found
    top = best_of(trials, greater=greater)
    if top is None or (dict(top.params), top.number, top.value, counts(trials)) != told:
        return f"its best is trial {top.number if top else '-'}, and `best.json` says {told[1]}"
    return None


def _asked_otherwise(section: Mapping[str, Any], trials: Sequence[Trial], *, greater: bool) -> str | None:
    sampler, done = sampler_of(search_of(section, greater=greater), section["seed"]), 0
    while asked := sampler.ask():
        wave = trials[done : done + len(asked)]
        if len(wave) < len(asked):
            is_over = not wave and section.get("timeout") is not None
            return None if is_over else f"it ends after {len(trials)} trials, and the search goes on"
        for one, trial in zip(asked, wave, strict=True):
            same = json.dumps(dict(one.params), sort_keys=True) == json.dumps(dict(trial.params), sort_keys=True)
            if not same or (one.number, one.wave, one.share) != (trial.number, trial.wave, trial.share):
                return f"trial {one.number} tried {json.dumps(dict(trial.params))}, and the search asks for {json.dumps(dict(one.params))}"
            if trial.state == "complete" and trial.value != mean(trial.values):
                return f"trial {one.number} has another value than its folds"
        sampler.tell(wave)
        done += len(asked)
    return None if done == len(trials) else f"it has {len(trials)} trials, and the search has {done}"
