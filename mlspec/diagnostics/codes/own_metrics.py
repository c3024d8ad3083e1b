"""Codes of metrics of the user's own: what their functions may not give. MLS0639 and MLS0679."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0639": Code(
        "a metric of yours gives what is no metric",
        "A function under `metrics` of a KPISet returns a finite number for each row (their mean is the metric), two for each row (the sum of "
        "the first over that of the second, which is 0 or more), or one number for all rows; within `range`, where the spec has one. It is "
        "called with the truth and the answers, and by name with `rows`, `proba` and `params`, as far as it takes them.",
    ),
    "MLS0679": Code(
        "a metric of yours is not steady",
        "It is called twice on the same rows, and must give the same: a verdict that hangs on a draw is none. A number for each row must hang "
        "on that row alone, since slices, resamples and comparisons take some of the rows: what looks at others (a share of the day's "
        "total, a rank) is one number for all rows, and returned as such.",
    ),
}
