"""What metrics compare with the truth: a model's answers for n rows."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, Any]


class Answers(Protocol):
    """`predicted` (n,): numbers, labels or tuples of labels; (n, levels) for quantiles, whose answers have `levels` too. Metrics
    of the user's are carried as `own` (see `metrics.own`), and of clusters where the rows stand, `space` (see `metrics.clusters`).

    `proba` (n, k) or None, columns in the order of `classes`.
    """

    @property
    def predicted(self) -> Array: ...
    @property
    def proba(self) -> Array | None: ...
    @property
    def classes(self) -> tuple[Any, ...] | None: ...
