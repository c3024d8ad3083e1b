"""The stage: columns, types, one row for each row of the spine, and SQL that stays where it is."""

from __future__ import annotations

import pytest

PLAIN = "SELECT timestamp, count * 2 AS twice FROM rentals"


def test_rows_come_by_time_with_the_declared_types(world):
    columns = [{"name": "twice", "type": "integer"}]
    rows = world.make(f"{PLAIN} ORDER BY count", columns=columns)
    assert list(rows) == ["timestamp", "twice"]
    assert rows.timestamp.is_monotonic_increasing
    assert (str(rows.twice.dtype), rows.twice.tolist()[:3]) == ("int64", [0, 34, 22])
    summary = world.repository.json("features.json")
    assert summary == {"rows": 120, "columns": {"timestamp": "timestamp", "twice": "integer"}, "lookAhead": {"cuts": 12}}


def test_the_same_rows_give_the_same_bytes(world):
    text = "SELECT timestamp, avg(count / 7) OVER (ORDER BY timestamp) AS f FROM rentals ORDER BY count"
    world.make(text)
    first = (world.repository.folder / "features.parquet").read_bytes()
    world.make(text.removesuffix(" ORDER BY count"))
    assert (world.repository.folder / "features.parquet").read_bytes() == first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "SELECT timestamp FROM rentals LIMIT 100",
            "gives 100 rows, and its spine `rentals` has 120: the key timestamp = 2026-01-05 04:00:00 is missing (20 are)",
        ),
        (
            "SELECT timestamp FROM rentals UNION ALL SELECT timestamp FROM rentals WHERE count = 3",
            "= 2026-01-01 11:00:00 comes more than once",
        ),
        ("SELECT timestamp + INTERVAL 1 HOUR AS timestamp FROM rentals", "the key timestamp = 2026-01-01 00:00:00 is missing"),
    ],
)
def test_another_number_of_rows_than_the_spine_has_is_refused(world, text, said):
    (found,) = world.fails(text)
    assert found.code == "MLS0686"
    assert said in found.message


def test_a_key_that_names_no_row_is_refused(world):
    (found,) = world.fails("SELECT temp, timestamp FROM rentals", key=["temp"])
    assert (found.code, found.message) == ("MLS0686", "the key temp = None is missing in the spine `rentals`")


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ([{"name": "twise", "type": "number"}], ["MLS0620", "MLS0621"]),
        ([{"name": "twice", "type": "boolean"}], ["MLS0622"]),
    ],
)
def test_columns_are_what_is_declared(world, columns, codes):
    assert [d.code for d in world.fails(PLAIN, columns=columns)] == codes


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "said"),
    [
        ("SELECT timestamp,\n  cuont\nFROM rentals", "MLS0624", 2, 3, "cuont"),
        ("SELECT timestamp\nFROM\n  rental", "MLS0623", 3, 3, "it reads `rental`"),
        ("SELECT timestamp,\n now() AS n FROM rentals", "MLS0623", 2, 2, "now"),
        ("SELECT timestamp FROM rentals;\nDROP TABLE rentals", "MLS0623", 1, 1, "changes things"),
        ("SELECT timestamp FROM read_parquet('/etc/passwd')", "MLS0623", 1, 23, "read_parquet"),
        ("SELECT timestamp FROM '/etc/passwd'", "MLS0623", 1, 24, "/etc/passwd"),
        ("SELECT timestamp FROM information_schema.weather", "MLS0623", 1, 23, "information_schema.weather"),
        ("SELECT timestamp\nFROM rentals WHERE", "MLS0623", 2, 14, "syntax error"),
        (
            "SELECT r.timestamp, r.count, s.Count\nFROM rentals r JOIN rentals s USING (timestamp)",
            "MLS0615",
            1,
            23,
            "two columns of the query are called `count`",
        ),
        ("SELECT timestamp, CAST('x' || count AS INTEGER) AS n FROM rentals", "MLS0624", 1, 1, "Could not convert"),
    ],
)
def test_sql_is_refused_at_its_place(world, text, code, line, column, said):
    (found,) = world.fails(text)
    assert (found.code, said in found.message) == (code, True)
    assert (found.span.path, found.span.line, found.span.column) == ("features/hourly.sql", line, column)


def test_a_file_that_is_not_there_is_told(world):
    assert [d.code for d in world.fails()] == ["MLS0423"]


def test_nothing_is_left_behind(world):
    world.make(PLAIN)
    assert not [p for p in world.repository.folder.iterdir() if p.name.startswith(".mlspec-tmp-")]


def test_a_function_is_given_paths_and_joined_rows(world):
    code = """
import pandas as pd

def hourly(inputs):
    rows, weather = (pd.read_parquet(inputs[name]) for name in ("rentals", "weather"))
    return rows[["timestamp"]].merge(weather[["timestamp", "wind"]], on="timestamp")
"""
    world.repository.write("src/features.py", code)
    del world.spec["sql"]
    rows = world.make(python={"callable": "src.features:hourly"}, asOf={"weather": {"on": "valid_at", "known": "issued_at"}})
    assert rows.wind.isna().tolist()[:2] == [True, False]
    assert rows.wind.tolist()[4:9] == [4.0, 4.0, 6.0, 7.0, 8.0]


def test_no_message_shows_personal_data(world):
    """Of a key, of a value that does not fit, and of one that has seen the future."""
    (found,) = world.fails("SELECT timestamp FROM rentals LIMIT 100", pii=["timestamp"])
    assert "the key timestamp = (personal data) is missing" in found.message
    (found,) = world.fails("SELECT timestamp, 'x' || count AS who FROM rentals", columns=[{"name": "who", "type": "integer"}], pii=["who"])
    assert "(personal data) in row" in found.message
    assert "x1" not in found.message
    found = world.fails("SELECT timestamp, max(count) OVER () AS most FROM rentals", pii=["most", "timestamp"])[0]
    assert (found.code, found.message.count("(personal data)")) == ("MLS0688", 3)
