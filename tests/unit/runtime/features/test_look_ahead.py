"""A value that has seen the future is caught in every disguise, and its clean twin passes."""

from __future__ import annotations

import pytest

CENTRED = "SELECT timestamp, count, avg(count) OVER (ORDER BY timestamp ROWS BETWEEN 3 PRECEDING AND {} ) AS f FROM rentals"
GLOBAL = "SELECT timestamp, count, temp - avg(temp) OVER ({}) AS f FROM rentals"
BACKFILL = "SELECT timestamp, count, coalesce(temp, {}(temp IGNORE NULLS) OVER (ORDER BY timestamp ROWS BETWEEN {})) AS f FROM rentals"
WEATHER = "SELECT r.timestamp, r.count, w.wind AS f FROM rentals r LEFT JOIN weather w USING (timestamp)"


@pytest.mark.parametrize(
    ("planted", "clean"),
    [
        (CENTRED.format("3 FOLLOWING"), CENTRED.format("CURRENT ROW")),
        (GLOBAL.format(""), GLOBAL.format("ORDER BY timestamp")),
        (
            BACKFILL.format("first_value", "CURRENT ROW AND UNBOUNDED FOLLOWING"),
            BACKFILL.format("last_value", "UNBOUNDED PRECEDING AND CURRENT ROW"),
        ),
    ],
    ids=["centred window", "global mean", "backfill"],
)
def test_sql_that_looks_ahead_is_caught_and_its_twin_passes(world, planted, clean):
    (found,) = world.fails(planted)
    assert found.code == "MLS0688"
    assert "`f` has seen the future: for the row timestamp = 2026-01-0" in found.message
    assert "rows known after 2026-01-0" in found.message
    assert len(world.make(clean)) == 120
    assert world.repository.json("features.json")["lookAhead"] == {"cuts": 12}


def test_rows_that_were_known_later_are_caught_in_an_as_of_join(world):
    """A fifth of the forecasts came three hours after the hour that they are of: `on` alone joins them too early."""
    (found,) = world.fails(WEATHER, asOf={"weather": {"on": "valid_at"}})
    assert (found.code, "`f` has seen the future" in found.message) == ("MLS0688", True)
    rows = world.make(WEATHER, asOf={"weather": {"on": "valid_at", "known": "issued_at"}})
    assert rows.f.tolist()[4:8] == [4.0, 4.0, 6.0, 7.0], "that of hour 5 is known from hour 8 on"
    assert rows.f.tolist()[8:10] == [8.0, 9.0]


def test_the_cause_may_be_rows_that_are_lost(world):
    text = "SELECT timestamp, count FROM rentals WHERE timestamp <= (SELECT max(timestamp) FROM rentals) AND (SELECT count(*) FROM rentals) = 120"
    (found,) = world.fails(text)
    assert found.code == "MLS0688"
    assert "is not there when rows after" in found.message


def test_the_target_of_the_own_row_is_blank(world):
    share = "SELECT timestamp, count, sum(count) OVER (ORDER BY timestamp ROWS BETWEEN 5 PRECEDING AND {}) AS f FROM rentals"
    targets = {"cuts": 12, "seed": 7, "targets": {"count": []}}
    (found,) = world.fails(share.format("CURRENT ROW"), lookAhead=targets)
    assert "`f` has seen the future" in found.message
    assert "and `count` from it on, are not there" in found.message
    assert len(world.make(share.format("1 PRECEDING"), lookAhead=targets)) == 120
    assert len(world.make(share.format("CURRENT ROW"), lookAhead={**targets, "targets": {"count": ["f"]}})) == 120, "no model sees it"


def test_python_is_looked_at_alike(world):
    code = """
import pandas as pd

def hourly(inputs, params):
    rows = pd.read_parquet(inputs["rentals"])
    rows["f"] = rows["count"].rolling(5, center=params["center"], min_periods=1).mean()
    return rows[["timestamp", "count", "f"]]
"""
    world.repository.write("src/features.py", code)
    del world.spec["sql"]
    call = {"callable": "src.features:hourly"}
    (found,) = world.fails(python={**call, "params": {"center": True}})
    assert found.code == "MLS0688"
    assert len(world.make(python={**call, "params": {"center": False}})) == 120


def test_it_can_be_left_out(world):
    assert len(world.make(GLOBAL.format(""), lookAhead={"cuts": 0})) == 120
    assert world.repository.json("features.json")["lookAhead"] == {"cuts": 0}


def test_the_same_seed_looks_at_the_same_instants(world):
    first = world.fails(GLOBAL.format(""))[0].message
    assert world.fails(GLOBAL.format(""))[0].message == first
    assert world.fails(GLOBAL.format(""), lookAhead={"cuts": 12, "seed": 8})[0].message != first
