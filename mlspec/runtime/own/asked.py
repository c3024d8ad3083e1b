"""A metric of the user's is asked: its function is called, again, and on some of the rows, and what it gives is held to what was agreed.

It gives a number a row (the metric is their mean), two a row (the sum of the first over that of the second), or one number for all.
A wrong form is refused by name, and so is what would make a wrong number in silence: rows in another order, a number that is another one
the second time, or a row's number that hangs on other rows.
"""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems, problem
from mlspec.metrics.answers import Array
from mlspec.metrics.own import limits_from
from mlspec.runtime.fence import standing
from mlspec.runtime.fence.refused import undeclared
from mlspec.runtime.user_code import arguments_of, call, heard, load_callable

if TYPE_CHECKING:
    from mlspec.runtime.own.given import Given

BY_NAME = ("rows", "proba", "params")
"""What a function gets by these names alone; its other parameters get the truth and the answers, in this order."""
FORMS = "return a number for each row, two for each row (the sum of the first over that of the second), or one number for all rows"
TAKES = (
    "it is called with the truth and the answers, and by name with `rows`, `proba` and `params` where it takes them: "
    "`def cost(actual, predicted)`"
)
NEAR = 1e-9
CODE, UNSTEADY = "MLS0639", "MLS0679"


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric by its section (`callable`, `params`, `range`), loaded."""

    name: str
    root: Path
    section: Mapping[str, Any]
    function: Callable[..., Any]

    @property
    def wants_proba(self) -> bool:
        """Whether it takes probabilities."""
        try:
            return "proba" in inspect.signature(self.function).parameters
        except ValueError:  # written in C
            return False

    def on(self, given: Given) -> Array:
        """What it gives for these rows: (n, 1) or (n, 2), or (1,) of one number. Raises MLS0602, MLS0605 and MLS0639."""
        offered: dict[str, Any] = {"actual": given.actual, "predicted": given.predicted, "rows": given.rows, "proba": given.proba}
        offered["params"] = dict(self.section.get("params", {}))
        positional, named = arguments_of(self.function, offered, BY_NAME)
        self._require_taken(positional, named)
        if not any(value is offered[name] for name in ("predicted", "proba") for value in (*positional, *named.values())):
            raise self.wrong("takes none of the answers, so it would say the same of every model", TAKES)
        with _at_home(self.section["callable"], self.root):
            found = call(self.function, self.section["callable"], *positional, root=self.root, **named)
        return self._numbers(found, len(given.rows))

    def _require_taken(self, positional: list[Any], named: Mapping[str, Any]) -> None:
        if "proba" in named and named["proba"] is None:
            raise self.wrong(
                "takes `proba`, and these answers have no probabilities", "use an estimator with `predict_proba`, or another metric"
            )
        if self.section.get("params") and "params" not in named:
            raise self.wrong("is given `params` by the spec, and takes none", "let it take `params`, or remove them from the spec")
        with contextlib.suppress(ValueError):  # written in C
            try:
                inspect.signature(self.function).bind(*positional, **named)
            except TypeError as error:
                raise self.wrong(f"can't be called: {error}", TAKES) from error

    def _numbers(self, found: Any, rows: int) -> Array:
        import pandas as pd

        if isinstance(found, pd.Series | pd.DataFrame) and not found.index.equals(pd.RangeIndex(rows)):
            raise self.wrong(
                "gives other rows than it was given, or in another order", "keep the index of `rows`, or return an array in its order"
            )
        if isinstance(found, tuple) and len(found) == 2 and all(np.ndim(one) == 1 for one in found):
            found = np.column_stack([np.asarray(one) for one in found]) if len(found[0]) == len(found[1]) else found
        try:
            values = np.asarray("" if found is None else found, dtype=np.float64)
        except (TypeError, ValueError):
            raise self.wrong(f"gives {type(found).__name__} in place of numbers", FORMS) from None
        if values.ndim == 0 and not isinstance(found, bool | np.bool_):
            return values.reshape(1)
        columns = values.reshape(rows, 1) if values.shape == (rows,) else values
        if columns.ndim != 2 or columns.shape not in ((rows, 1), (rows, 2)):
            raise self.wrong(f"gives {_shape(values)} for {rows:,} rows", FORMS)
        return columns

    def require_sound(self, found: Array, *, whole: bool = True) -> Array:
        """`found` again. Raises MLS0639 for NaN and infinity (of one number: on all rows), and for what lies outside `range`."""
        bad = ~np.isfinite(found)
        if bad.any() and (whole or found.ndim > 1 or np.isinf(found).any()):
            place = (
                ""
                if found.ndim == 1
                else f" for {int(bad.any(axis=1).sum()):,} of {len(found):,} rows, first row {int(np.flatnonzero(bad.any(axis=1))[0])}"
            )
            raise self.wrong(f"gives NaN or infinity{place}", "give every row a finite number: 0 where a row costs nothing")
        if found.ndim == 2 and found.shape[1] == 2 and (found[:, 1] < 0).any():
            raise self.wrong("gives a second number below 0, which is the weight of a row", "make it 0 or more in every row")
        limits = limits_from(self.section)
        judged = found[np.isfinite(found)]
        if limits and (found.ndim == 1 or found.shape[1] == 1) and ((judged < limits[0]) | (judged > limits[1])).any():
            worst = float(judged[np.argmax(np.maximum(limits[0] - judged, judged - limits[1]))])
            raise self.wrong(f"gives {worst:.6g}, outside its `range` {limits[0]:g} to {limits[1]:g}", "mend it, or correct `range`")
        return found

    def wrong(self, text: str, advice: str, code: str = CODE) -> Problems:
        """A diagnostic about it."""
        return problem(
            code, f"the metric `{self.name}` (`{self.section['callable']}`, {_place(self.function, self.root)}) {text}", help=advice
        )


def loaded(root: Path, name: str, section: Mapping[str, Any]) -> Asked:
    """Import a metric's function. Raises MLS0601."""
    with _at_home(section["callable"], root):
        return Asked(name, root, section, load_callable(section["callable"], root))


def ask(asked: Asked, given: Given, codes: Array) -> Array:
    """What a metric gives for n rows: (n, 1) or (n, 2) of rows; or (1 + parts,), on all and without each part of `codes` (n,).

    Raises MLS0602, MLS0605, MLS0639 and MLS0679.
    """
    index = np.arange(len(given.rows))
    found = asked.require_sound(asked.on(given.at(index)))
    again = asked.on(given.at(index))
    if again.shape != found.shape or not np.array_equal(found, again):
        raise asked.wrong("gives other numbers when it is called again", "draw nothing in it, or draw with a seed of its own", UNSTEADY)
    if found.ndim == 1:
        return np.concatenate([found, without_parts(asked, given, codes)])
    some = index[::2]
    part = asked.on(given.at(some))
    if part.shape != found[some].shape or not np.allclose(part, found[some], rtol=NEAR, atol=NEAR * float(np.abs(found).max(initial=0.0))):
        text = "gives a row another number when other rows are left out, so their mean is none of slices and resamples"
        raise asked.wrong(text, "return one number for all rows, which is what hangs on all of them", UNSTEADY)
    return found


def whole(asked: Asked, given: Given) -> float:
    """The metric of n rows alone, without what its interval takes, and with one call: of a fold of a search."""
    found = asked.require_sound(asked.on(given.at(np.arange(len(given.rows)))))
    if found.ndim == 1:
        return float(found[0])
    return float(found[:, 0].mean() if found.shape[1] == 1 else found[:, 0].sum() / found[:, 1].sum() if found[:, 1].sum() else math.nan)


def ask_again(asked: Asked, given: Given, codes: Array) -> Array:
    """Of one number, for some of the rows: (1 + parts,), NaN where it is not defined."""
    found = asked.require_sound(_one(asked, given.at(np.arange(len(given.rows)))), whole=False)
    return np.concatenate([found, without_parts(asked, given, codes)])


def without_parts(asked: Asked, given: Given, codes: Array) -> Array:
    """One number without each part of the rows, in the order of the parts' numbers; NaN where none are left, or it is not defined."""
    found = []
    for part in np.unique(codes):
        left = np.flatnonzero(codes != part)
        found.append(_one(asked, given.at(left))[0] if len(left) else math.nan)
    return asked.require_sound(np.asarray(found, dtype=np.float64), whole=False)


def _one(asked: Asked, given: Given) -> Array:
    found = asked.on(given)
    if found.ndim != 1:
        raise asked.wrong("gives one number for all rows, and a number a row for some of them", FORMS)
    return found


def _shape(values: Array) -> str:
    return (
        f"{len(values):,} numbers"
        if values.ndim == 1
        else "a truth value"
        if values.ndim == 0
        else f"a table of {values.shape[0]:,} by {values.shape[1]}"
    )


def _place(function: Callable[..., Any], root: Path) -> str:
    """Where it is defined: `src/metrics.py:12`."""
    try:
        path, (_, line) = Path(inspect.getsourcefile(function) or ""), inspect.getsourcelines(function)
    except (OSError, TypeError):
        return "no source"
    full = path.resolve()
    return f"{full.relative_to(root.resolve()).as_posix() if full.is_relative_to(root.resolve()) else full.name}:{line}"


@contextlib.contextmanager
def _at_home(path: str, root: Path) -> Iterator[None]:
    """Run at the root, and listen to what the code opens; it declares no inputs: what it needs stands in the rows, or in `params`.

    Raises MLS0605.
    """
    fence = standing()
    with contextlib.chdir(fence.base if fence else root), heard(fence):
        yield
    if fence and (asked := fence.watch.asked()):
        raise undeclared(fence, asked, path, "; what it did without the file is not kept")
