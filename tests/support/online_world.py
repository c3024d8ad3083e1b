"""A model on a FeatureSet that is `online`, trained, promoted to staging and merged: once in a run, to be copied."""

from __future__ import annotations

from pathlib import Path

from support.cli import command, commit, git, mlspec, repository
from support.feature_specs import FEATURE_SPECS, FEATURES, promo_rows
from support.projects import KPIS, sales_rows
from support.shared import Shared

ONLINE = FEATURES.replace("  key:", "  online: {store: {sqlite: true}}\n  key:")
EASY = "\n".join('  kpis: ["mae <= 500"]' if line.startswith("  kpis:") else line for line in KPIS.splitlines()) + "\n"
SPECS = FEATURE_SPECS | {"specs/daily.yaml": ONLINE, "specs/demand-kpis.yaml": EASY}
BRANCH = "mlspec/promote/staging/demand/v1.0.0"


def _make(home: Path) -> None:
    files = {**SPECS, "data/sales.csv": sales_rows(), "data/promos.csv": promo_rows()}
    root = repository(home, files)
    mlspec(root, "run", check=0)
    command(root, "dvc", "push", "--quiet", check=0)
    commit(root, "Train")
    mlspec(root, "promote", "model/demand", "--to", "staging", check=0)
    git(root, "fetch", "--quiet", "origin")
    git(root, "merge", "--quiet", "--no-ff", "--message", "Merge", f"origin/{BRANCH}")
    git(root, "push", "--quiet", "origin", "main")


def online_of(shared: Shared) -> Path:
    """The folder that holds `project`, `remote.git` and `storage`. Nothing is materialized yet, and nothing serves."""
    return shared.once("online", _make)
