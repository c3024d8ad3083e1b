"""Feast, in an environment of its own, takes what is exported: the same rows for training, and the newest by key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import mlspec, repository
from support.feature_specs import FEATURE_SPECS, promo_rows
from support.projects import sales_rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
FEAST = "feast[duckdb]==0.67.0"
ASK = """
import json, sys
from datetime import datetime, timezone
import pandas as pd
from feast import FeatureStore
store, rows = FeatureStore(repo_path="feast"), pd.read_parquet(sys.argv[1])
rows["day"] = pd.to_datetime(rows["day"], utc=True)
names = [c for c in rows if c not in ("day", "shop")]
wanted = [f"daily:{c}" for c in names]
asked = pd.concat([rows[["day", "shop"]], rows[["day", "shop"]].assign(day=lambda f: f.day + pd.Timedelta("12h"))])
found = store.get_historical_features(asked.rename(columns={"day": "event_timestamp"}), wanted).to_df()
found["day"] = found.pop("event_timestamp").dt.floor("1D")
both = found.merge(rows, on=["day", "shop"], suffixes=("", "_ours"), how="outer", indicator=True)
same = {c: bool(both[c].eq(both[f"{c}_ours"]).where(both[c].notna(), both[f"{c}_ours"].isna()).all()) for c in names}
store.materialize(datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2030, 1, 1, tzinfo=timezone.utc))
online = store.get_online_features(features=wanted, entity_rows=[{"shop": s} for s in ("north", "south")]).to_df()
last = rows.sort_values("day").groupby("shop").tail(1).sort_values("shop")
print(json.dumps([len(rows), len(found), sorted(set(both["_merge"])), same, {c: online[c].tolist() == last[c].tolist() for c in names}]))
"""


def test_feast_has_the_same_rows(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    bin_ = tmp_path / "venv/bin"
    if subprocess.run([bin_ / "pip", "install", "--quiet", FEAST], check=False, capture_output=True).returncode:
        pytest.skip(f"{FEAST} can't be installed here")
    root = repository(tmp_path / "project", {**FEATURE_SPECS, "data/sales.csv": sales_rows(), "data/promos.csv": promo_rows()})
    mlspec(root, "run", "features/daily", check=0)
    mlspec(root, "export", "feast", check=0)
    subprocess.run([bin_ / "feast", "apply"], cwd=root / "feast", check=True, capture_output=True)
    asked = subprocess.run(
        [bin_ / "python", "-W", "ignore", "-c", ASK, "pipelines/features/daily/features.parquet"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    rows, found, sides, same, online = json.loads(asked.stdout.splitlines()[-1])
    assert (rows, found, sides) == (240, 480, ["both"])
    assert set(same.values()) == set(online.values()) == {True}
    assert len(same) == 4
