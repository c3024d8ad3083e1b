"""Arguments of an estimator as `params`: plain values, estimators inside it, functions by their names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.setup.adopt.code.values import Const, Estimator, Items, Ref
from mlspec.setup.adopt.facts import Gap
from mlspec.setup.adopt.propose.noted import Notes

LEFT_OUT = frozenset({"n_jobs", "verbose", "verbosity", "nthread", "thread_count"})
"""They change how fast it trains or what it prints, not what is learnt."""
SEEDS = ("random_state", "seed", "random_seed")


@dataclass(slots=True)
class Arguments:
    """What the arguments say. `seed`: the seed, which a Model has a key of its own for."""

    params: dict[str, Any]
    seed: Const | None = None


def params_of(estimator: Estimator, notes: Notes, key: str) -> Arguments:
    """The `params` of an estimator; what has no form in YAML is a gap."""
    found = Arguments({})
    for name, value in estimator.params.items():
        if name in LEFT_OUT:
            continue
        if name in SEEDS and isinstance(value, Const):
            found.seed = value if isinstance(value.value, int) and not isinstance(value.value, bool) else found.seed
            continue
        form = _form(value, notes, f"{key}.{name}")
        if form is _NONE:
            notes.gaps.append(Gap(estimator.place, f"`{name}` of `{estimator.path}`", f"write it under `{key}`"))
        else:
            found.params[name] = form
    return found


_NONE = object()


def _form(value: Any, notes: Notes, key: str) -> Any:
    if isinstance(value, Const):
        plain = _plain(value.value)
        return _NONE if plain is _NONE else notes.fact(key, plain, value.place, value.sure)
    if isinstance(value, Estimator) and value.path not in ("chain", "columns") and not value.prepared:
        inner = params_of(value, notes, f"{key}.params")
        notes.gaps += value.gaps
        path = notes.fact(f"{key}.class", value.path, value.place, "certain")
        return {"class": path} | ({"params": inner.params} if inner.params else {})
    if isinstance(value, Ref) and value.dotted.count(".") and not value.dotted.startswith("."):
        module, _, name = value.dotted.rpartition(".")
        return {"callable": f"{module}:{name}"}
    if isinstance(value, Items):
        forms = [_form(item, notes, key) for item in value.items]
        return _NONE if any(f is _NONE for f in forms) else forms
    return _NONE


def _plain(value: Any) -> Any:
    """A value that YAML has a form for."""
    if isinstance(value, list | tuple):
        items = [_plain(v) for v in value]
        return _NONE if any(i is _NONE for i in items) else items
    if isinstance(value, Mapping):
        found = {str(k): _plain(v) for k, v in value.items()}
        return _NONE if any(v is _NONE for v in found.values()) else found
    if isinstance(value, float) and not math.isfinite(value):
        return _NONE
    return value if isinstance(value, str | int | float | bool) or value is None else _NONE
