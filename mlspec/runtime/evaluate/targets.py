"""What features may tell: the target, or of sets of labels each of the commonest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

COMMONEST = 10
"""Labels that are looked at: each takes as long as a target of two classes."""
COLUMN = "\0label"
"""Of whether a row has the label; no column of a source is called so."""


def each_target(rows: pd.DataFrame, params: Mapping[str, Any]) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """Yield rows, the name of their target and its task: a label that a row has or not is a target of two classes. Nothing without one."""
    if params.get("target") is None:
        return
    if TASKS[params["task"]].is_cluster:
        yield rows, params["target"], "multiclass"
        return
    if TASKS[params["task"]].is_oddness:
        yield rows.assign(**{COLUMN: rows[params["target"]].astype(bool)}), COLUMN, "binary"
        return
    if not TASKS[params["task"]].is_labels:
        yield rows, params["target"], params["task"]
        return
    from mlspec.metrics.labels import indicators
    from mlspec.runtime.target import label_sets

    sets = label_sets(rows[params["target"]], params)
    counts = Counter(label for row in sets for label in row)
    for label, _ in sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))[:COMMONEST]:
        yield rows.assign(**{COLUMN: indicators(sets, [label])[:, 0].astype(bool)}), COLUMN, "binary"
