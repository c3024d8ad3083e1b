"""Codes of scheduled work: refreshing data, retraining, and the proposals that both leave."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0520": Code(
        "the budget can't be judged in a shallow clone",
        "`ci.retrain.cooldown` and `maxPerMonth` are judged by when the main branch's `dvc.lock` files changed. A shallow clone holds the "
        "newest commits only, so it can't tell a model that was never trained from one that was trained yesterday.\n\nRun "
        "`git fetch --unshallow`, or check out with `fetch-depth: 0`.",
    ),
}
