"""How good a setting is on folds of training rows: preprocessing and estimator are fitted anew in each, on its rows to learn from."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.metrics.answers import Answers
from mlspec.metrics.catalog import METRICS
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.signature import Signature
from mlspec.runtime.tune.apply import with_params
from mlspec.runtime.tune.folds import Array, Fold, Rows, some_of
from mlspec.runtime.tune.pruning import is_worse
from mlspec.runtime.tune.trial import Asked, Trial

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.runtime.train.table import Table

FATAL = frozenset({"MLS0601", "MLS0605", "MLS0639", "MLS0650"})
"""What no other setting would mend: code that is not there, or that reads what it does not declare."""
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
_LONGEST = 300


class UndefinedError(ValueError):
    """A metric that has no value on the rows of a fold."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers for the rows of a fold, as metrics take them."""

    predicted: Array
    proba: Array | None
    classes: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """`section`: of `train`. `features`, `target`: of all n rows, as estimators take them; `truth`: as metrics do. `folds`: positions."""

    root: Path
    section: Mapping[str, Any]
    metric: str
    signature: Signature
    features: pd.DataFrame
    target: Array
    truth: Array
    rows: Rows
    folds: tuple[Fold, ...]
    seed: int
    weights: Array | None = None
    frame: pd.DataFrame | None = None
    """The rows with all their columns, for a metric of the user's."""

    @property
    def own(self) -> Mapping[str, Any] | None:
        """The section of the metric, where it is the user's."""
        found: Mapping[str, Any] | None = self.section.get("search", {}).get("own")
        return found

    @property
    def greater(self) -> bool:
        own = self.own
        return bool(METRICS[self.metric].greater if own is None else own["greater"])

    def on(self, folds: Sequence[Fold]) -> Judge:
        """The same with other folds."""
        return replace(self, folds=tuple(folds))

    def trial(self, asked: Asked) -> Trial:
        """Try a setting, fold by fold, until it fails, is given up, or has gone through all."""
        values: list[float] = []
        heard: set[str] = set()
        state, error = "complete", ""
        try:
            section = with_params(self.section, asked.params)
            for fold in range(len(self.folds)):
                values.append(self._value(section, fold, asked.share, heard))
                if fold + 1 < len(self.folds) and is_worse(values, asked.bars, greater=self.greater):
                    state = "pruned"
                    break
        except Problems as problems:
            first = problems.diagnostics[0]
            if first.code in FATAL:
                raise
            state, error = "failed", f"{first.code}: {first.message}"
        except (UndefinedError, ArithmeticError, ValueError, TypeError, KeyError, AttributeError, LookupError) as fault:
            state, error = "failed", str(fault) if isinstance(fault, UndefinedError) else f"{type(fault).__name__}: {fault}"
        return Trial(
            asked.number,
            asked.wave,
            asked.params,
            state,  # type: ignore[arg-type]
            tuple(values),
            plain(error),
            asked.share,
            asked.resource,
            tuple(sorted(heard)),
        )

    def _value(self, section: Mapping[str, Any], fold: int, share: float, heard: set[str]) -> float:
        found = self.metrics_on(section, fold, (self.metric,), share, heard)[self.metric]
        if not np.isfinite(found):
            raise UndefinedError(f"`{self.metric}` has no value on fold {fold + 1}")
        return float(f"{found:.12g}")

    def metrics_on(
        self, section: Mapping[str, Any], fold: int, metrics: Sequence[str], share: float = 1.0, heard: set[str] | None = None
    ) -> dict[str, float]:
        """Fit on a fold's rows to learn from, and measure on its others; NaN where a metric is not defined."""
        from mlspec.metrics.weighted import value

        train, test = self.folds[fold]
        fitted = self._fitted(section, some_of(self.rows, train, share, self.seed), heard)
        if self.own is not None:
            return {self.metric: self._by_own(self.own, fitted, test)}
        known = [name for name in metrics if not METRICS[name].proba or hasattr(fitted, "predict_proba")]
        if len(known) < len(metrics):
            lacking = next(name for name in metrics if name not in known)
            raise UndefinedError(f"`{lacking}` needs probabilities, and the estimator gives none")
        answers = self._answers(fitted, self.features.iloc[test], proba=any(METRICS[name].proba for name in metrics))
        return {name: value(name, self.truth[test], answers) for name in metrics}

    def _by_own(self, own: Mapping[str, Any], fitted: Any, test: Array) -> float:
        """A metric of the user's on the rows `test`."""
        from mlspec.runtime.own.asked import loaded, whole
        from mlspec.runtime.own.given import given_of

        assert self.frame is not None  # noqa: S101 - `judge_of` keeps it
        asked = loaded(self.root, self.metric, own)
        answers = self._answers(fitted, self.features.iloc[test], proba=asked.wants_proba and hasattr(fitted, "predict_proba"))
        return whole(asked, given_of(self.frame.iloc[test], self.section, self.truth[test], answers))

    def _fitted(self, section: Mapping[str, Any], train: Array, heard: set[str] | None) -> Any:
        from mlspec.runtime.threads import one_thread

        with warnings.catch_warnings(record=True) as caught, one_thread():
            warnings.simplefilter("always")
            fitted = self._trained(section, self._table.of(train))
        if heard is not None:
            heard.update(plain(str(one.message).split("\n")[0]) for one in caught)
        return fitted

    @property
    def _table(self) -> Table:
        from mlspec.runtime.train.table import Table

        queries = self.truth[:, 1].astype(np.int64) if TASKS[self.signature.task].is_score else None
        return Table(self.features, self.target, queries, self.weights, self.rows)

    def _trained(self, section: Mapping[str, Any], table: Table) -> Any:
        from mlspec.runtime.train.build import build
        from mlspec.runtime.train.fit import fit_table
        from mlspec.runtime.user_code import call_declared

        if "trainer" in section:
            return call_declared(self.root, section["trainer"], table.features, table.target, settings=section)
        return fit_table(self.root, section, self.signature, table, build)

    def _answers(self, fitted: Any, features: pd.DataFrame, *, proba: bool) -> Answers:
        """`predict`, or `predict_proba` where a metric asks for it: not both, which would take twice as long."""
        from mlspec.runtime.predict import answer, as_labels
        from mlspec.runtime.threads import in_order

        classes = self.signature.classes
        if not TASKS[self.signature.task].has_one_answer:
            return answer(fitted, self.signature, features)
        with warnings.catch_warnings(), in_order():
            warnings.simplefilter("ignore")
            if not proba or classes is None:
                found = np.asarray(fitted.predict(features)).reshape(len(features), -1)[:, 0]
                return Answered(found.astype(np.float64) if classes is None else as_labels(found), None, classes)
            shares = self._aligned(fitted, np.asarray(fitted.predict_proba(features), dtype=np.float64))
        labels = as_labels(np.asarray(classes, dtype=object))
        return Answered(labels[shares.argmax(axis=1)], shares, classes)

    def _aligned(self, fitted: Any, shares: Array) -> Array:
        """The probabilities in the order of all classes: 0 for one that no row of the fold had to learn from."""
        classes = self.signature.classes or ()
        own = [v.item() if isinstance(v, np.generic) else v for v in fitted.classes_]
        found = np.zeros((len(shares), len(classes)))
        for position, label in enumerate(own):
            found[:, classes.index(label)] = shares[:, position]
        return found


def plain(text: str) -> str:
    """A message that another run says in the same words: one line, without addresses in memory."""
    return _ADDRESS.sub("0x…", " ".join(text.split()))[:_LONGEST]


def judge_of(root: Path, section: Mapping[str, Any], metric: str, rows: pd.DataFrame, how: Mapping[str, Any]) -> Judge:
    """Read what trials need of the training rows, once. `how`: `strategy`, `group`, `gap` of the split, and the `seed` of the search.

    Raises what training raises of features and target (MLS0640, MLS0653, MLS0664).
    """
    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.target import truth_of
    from mlspec.runtime.train.features import signature_of
    from mlspec.runtime.train.fit import target_values
    from mlspec.runtime.train.weights import row_weights
    from mlspec.runtime.tune.folds import rows_of

    signature = signature_of(section, rows)
    target = target_values(section, rows)
    truth = truth_of(rows, section)
    by = rows_of(section, rows, how, target)
    table = prepare(signature, rows), target, truth
    return Judge(
        root,
        section,
        metric,
        signature,
        *table,
        by,
        (),
        int(how["seed"]),
        row_weights(section, rows),
        rows if "own" in section.get("search", {}) else None,
    )
