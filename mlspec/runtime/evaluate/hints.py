"""What stage evaluate tells at once of leakage: the gates say the same, with a verdict, when somebody asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic


def hints(found: Mapping[str, Any], limits: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Yield a warning (MLS0656) for features that make up the target together, look past an origin, or name rows.

    `found`: the leakage part of evaluation.json; `limits`: that of the section.
    """
    best, limit = found.get("combination"), limits.get("combination")
    if best and limit is not None and best["explained"] >= limit:
        names = ", ".join(f"`{name}`" for name in best["columns"][:12])
        who = "make up the target: together they explain" if len(best["columns"]) > 1 else "makes up the target: it explains"
        text = f"{names} {who} {best['explained']:.4%} of it, so that the measured errors say nothing"
        yield Diagnostic("MLS0656", text, help="exclude what is known only together with the target", severity="warning")
    for name, one in sorted(found.get("afterOrigin", {}).items()):
        yield Diagnostic("MLS0656", after_origin(name, one), help="the gate fails by it", severity="warning")
    for name, counts in sorted(found.get("identifiers", {}).items()):
        yield Diagnostic("MLS0656", names_rows(name, counts), help=f"exclude `{name}`, or group its values", severity="warning")


def after_origin(name: str, one: Mapping[str, Any]) -> str:
    """Why a feature of a forecast is known too late, and what to do."""
    lag, needed = one["lag"], one["needed"]
    return (
        f"`{name}` is {one['what']}, and at the origin nothing newer than {needed} steps back is known of every row that is forecast. "
        f"Take it from the features: `lags: [{lag}]` and `rollingMeans` feed answers back; or look {needed} steps back"
    )


def names_rows(name: str, counts: Mapping[str, int]) -> str:
    """Why a feature is taken for a name."""
    distinct, rows = counts["distinct"], counts["rows"]
    return f"`{name}` has {distinct:,} values in {rows:,} training rows: a name of rows, or of things that new rows won't have"
