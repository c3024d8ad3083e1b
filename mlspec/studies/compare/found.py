"""What a comparison found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.gates.alongside import Alongside, Scored
from mlspec.metrics.catalog import MetricInfo
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.studies.measuring import alongside_form


@dataclass(frozen=True, slots=True)
class Comparison(Readable):
    """Models on the test rows of this digest, the best by the metric `info` first. `models`: (name, digest) as they were named."""

    info: MetricInfo
    test: str
    models: tuple[tuple[str, str], ...]
    against_best: bool
    found: Alongside
    stale: tuple[Diagnostic, ...] = ()
    """MLS0729 for each model that is compared as it was trained, and not as its specs and data are now."""

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.models)} models by {self.metric}: {', '.join(s.name for s in self.found.scored[:3])}>"

    @property
    def metric(self) -> str:
        """The name of what is sorted by."""
        return self.info.name

    @property
    def kind(self) -> str:
        return "leaderboard" if self.against_best else "comparison"

    @property
    def among_best(self) -> tuple[str, ...]:
        """Of a leaderboard: the models that the rows can't tell from the best. With the confidence of the intervals the one that is best
        on all rows, not only on these, is among them (subset selection: Gupta 1965; multiple comparisons with the best: Hsu 1984).

        The best on all rows is left out only where one of its n - 1 differences lies outside its interval; each does so with at most
        a (n - 1)th of the error (Bonferroni).
        """
        return tuple(s.name for s in self.found.scored if s.of(self.metric) and not self._is_worse(s))

    def _is_worse(self, one: Scored) -> bool:
        measured = one.of(self.metric)
        between = measured.difference if measured else None
        if between is None or between.low is None or between.high is None:
            return False
        return between.high < 0 if self.info.greater else between.low > 0

    def document(self) -> Document:
        from mlspec.studies.compare.document import comparison_document

        return comparison_document(self)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        digests = dict(self.models)
        form = alongside_form(self.found)
        form["models"] = [one | {"digest": digests[one["name"]]} for one in form["models"]]
        best = {"amongBest": list(self.among_best)} if self.against_best else {}
        return {"version": 1, "kind": self.kind, "metric": self.metric, "test": self.test, **best, **form}
