"""What the space may hold, by the estimator's own word: asked for the ends of each range and for each choice, before any trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.tune.apply import PREPROCESS, with_params
from mlspec.runtime.tune.space import Parameter


def check_space(root: Path, section: Mapping[str, Any], space: tuple[Parameter, ...]) -> None:
    """Raise MLS0666 for the first value that the estimator refuses by itself. Its class must check its params, as scikit-learn's do."""
    if "trainer" in section:
        return
    usual = _fault(root, section, {})
    for one in space:
        for value in () if one.name.startswith(PREPROCESS) or one.when else _ends(one):
            fault = _fault(root, section, {one.name: value})
            if fault and not usual:
                help_text = "correct the range or the choices of `tuning.space`; the class's documentation says what it takes"
                raise problem("MLS0666", f"`{one.name}: {value}` of the space: {fault}", help=help_text)


def _ends(one: Parameter) -> Iterator[Any]:
    yield from one.choices if one.choices is not None else (one.clean(one.low), one.clean(one.high))


def _fault(root: Path, section: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """What the estimator has against a setting; nothing where it does not say."""
    from mlspec.runtime.train.estimator import make_estimator

    declared = with_params(section, params)
    try:
        estimator = make_estimator(root, declared["estimator"], declared["task"], declared["seed"])
        check = getattr(estimator, "_validate_params", None)
        if callable(check):
            check()
    except Problems as problems:
        first = problems.diagnostics[0]
        return "" if first.code == "MLS0650" else first.message
    except ValueError as error:
        return str(error)
    return ""
