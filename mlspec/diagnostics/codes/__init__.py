"""Stable diagnostic codes. One file an area; a code is never reused.

MLS00xx general - 01xx reading files and YAML - 02xx shape of specs - 03xx names and references - 04xx meaning of specs -
05xx plan and apply; from MLS0560 the steps of CI - 06xx stages and data - 07xx gates and promotion - 08xx deployment and serving - 09xx Git, DVC, GitHub - 10xx lint rules
"""

from __future__ import annotations

import importlib

from mlspec.diagnostics.codes.code import Code

AREAS = (
    "general",
    "loading",
    "shape",
    "references",
    "versions",
    "meaning",
    "contracts",
    "planning",
    "clusters",
    "ejecting",
    "adopting",
    "proposals",
    "ci",
    "ci_report",
    "stages",
    "own_metrics",
    "unsupervised",
    "sources",
    "labels",
    "features",
    "steps",
    "promotion",
    "waivers",
    "tags",
    "history",
    "approvals",
    "signing",
    "evidence_pack",
    "studies",
    "experiments",
    "deployment",
    "forge",
    "rules",
)


def all_codes() -> dict[str, Code]:
    """Every code, sorted."""
    found: dict[str, Code] = {}
    for area in AREAS:
        found |= importlib.import_module(f"mlspec.diagnostics.codes.{area}").CODES
    return dict(sorted(found.items()))


__all__ = ["AREAS", "Code", "all_codes"]
