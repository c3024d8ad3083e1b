"""Python rules: `fn(rows: pandas.DataFrame[, inputs[, params]]) -> bool`, or a frame of the bad rows (none: the rule holds)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.context import Context, find_root
from mlspec.runtime.tables import ROW, stream
from mlspec.runtime.user_code import call_declared
from mlspec.runtime.validate.check import Check, Outcome


def python_outcome(context: Context, connection: Any, rule: Mapping[str, Any]) -> Outcome:
    """Call the function on the rows. A frame of bad rows that keeps the index of the rows it was given says which ones they are."""
    path = rule["python"]["callable"]
    frame = stream(connection, f"SELECT * FROM data ORDER BY {ROW}").read_all().to_pandas()
    numbers = frame.pop(ROW).to_numpy()
    found = call_declared(context.root, rule["python"], frame, base=find_root(context.folder))
    check = Check(rule["name"], rule["onFailure"], "python", "", lambda _: None)
    if isinstance(found, (bool, np.bool_)):
        return Outcome(check, bool(found), None if found else f"`{path}` says no")
    if not hasattr(found, "index") or not hasattr(found, "columns"):
        message = f"`{path}` returned {type(found).__name__}, neither a bool nor a data frame"
        raise problem("MLS0602", message, help="return True or False, or the frame of bad rows")
    if not len(found):
        return Outcome(check, 0, None)
    rows = _rows(found.index, numbers)
    return Outcome(check, len(found), f"are bad, `{path}` says", rows)


def _rows(index: Any, numbers: np.ndarray[Any, Any]) -> tuple[int, ...] | None:
    """The numbers of the bad rows, if the frame kept its index."""
    positions = np.asarray(index)
    if positions.dtype.kind not in "iu" or positions.min() < 0 or positions.max() >= len(numbers):
        return None
    return tuple(sorted({int(n) for n in numbers[positions]}))
