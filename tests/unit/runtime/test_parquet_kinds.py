"""Kinds of Parquet columns that no later stage knows: times finer than microseconds, with a zone; text that is marked as bytes."""

from __future__ import annotations

import datetime as dt

import pytest

AT = dt.datetime.fromisoformat
FINE = 1_704_067_200_123_456_789
TOLD = "column `at`: 2 times are finer than a microsecond, and the digits after it are cut off"


def ingested(repository, table, **more):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (repository.root / "data").mkdir(exist_ok=True)
    pq.write_table(pa.table(table), repository.root / "data/x.parquet")
    repository.run("ingest", {"format": "parquet", "read": {}, "file": {"path": "../../../data/x.parquet"}} | more)
    return pq.read_table(repository.folder / "raw.parquet")


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_nanoseconds_are_cut_off_and_told(repository, capsys, zone):
    import pyarrow as pa

    found = ingested(repository, {"at": pa.array([FINE, None, -1, 5_000], pa.timestamp("ns", zone))})
    assert str(found.schema.field("at").type) == "timestamp[us]"
    assert found["at"].to_pylist() == [
        AT("2024-01-01T00:00:00.123456"),
        None,
        AT("1969-12-31T23:59:59.999999"),
        AT("1970-01-01T00:00:00.000005"),
    ]
    assert TOLD in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Kolkata"])
def test_times_of_every_unit_are_utc_in_microseconds(repository, capsys, unit, zone):
    import pyarrow as pa

    moments = [AT("2024-03-01T05:30"), None, AT("1950-01-01")]
    found = ingested(repository, {"at": pa.array(moments, pa.timestamp(unit, zone))})
    assert str(found.schema.field("at").type) == "timestamp[us]"
    assert found["at"].to_pylist() == moments
    assert "warning" not in capsys.readouterr().err
    repository.run("clean", {"steps": [], "columns": [{"name": "at", "type": "timestamp"}], "sort": ["at"]})


def test_a_time_that_is_declared_as_text_keeps_its_digits(repository, capsys):
    import pyarrow as pa

    table = {"at": pa.array([FINE, None], pa.timestamp("ns", "UTC"))}
    assert ingested(repository, table, text=["at"])["at"].to_pylist() == ["2024-01-01 00:00:00.123456789", None]
    assert "warning" not in capsys.readouterr().err


def test_the_digits_of_text_and_of_a_functions_frame_are_told_too(repository, capsys):
    repository.write(
        "data/x.csv", "at,n\n2024-01-01T00:00:00.123456789Z,1\n2024-01-01T00:00:00.1234560Z,2\n2024-01-01T00:00:00.0000001Z,3\n"
    )
    repository.run("ingest", {"format": "csv", "read": {}, "file": {"path": "../../../data/x.csv"}})
    assert f"{TOLD}: '2024-01-01T00:00:00.123456789Z' in row 1" in " ".join(capsys.readouterr().err.split())
    code = f"import pandas as pd\ndef rows():\n    return pd.DataFrame({{'at': pd.to_datetime([{FINE}, 1, 5000])}})\n"
    repository.write("src/finer.py", code)
    repository.run("ingest", {"python": {"callable": "src.finer:rows"}})
    assert TOLD in " ".join(capsys.readouterr().err.split())


def test_bytes_that_are_text_become_text(repository):
    import pyarrow as pa

    found = ingested(repository, {"shop": pa.array(["Köln".encode(), None, b"Bonn"], pa.binary()), "png": pa.array([b"\x89", b"a", b"b"])})
    assert found["shop"].to_pylist() == ["Köln", None, "Bonn"]
    assert found["png"].to_pylist() == [b"\x89", b"a", b"b"]


def test_bytes_that_are_no_text_do_not_pass_for_declared_text(repository):
    import pyarrow as pa

    ingested(repository, {"png": pa.array([b"\x89", b"a"])})
    (only,) = repository.fails("clean", {"steps": [], "columns": [{"name": "png", "type": "string"}]})
    assert (only.code, "1 of 2 values is not of type string" in only.message) == ("MLS0622", True)


@pytest.mark.parametrize("name", ["__row", "__ROW"])
@pytest.mark.parametrize("form", ["csv", "json", "parquet", "python"])
def test_a_column_called_like_the_hidden_number_of_a_row_is_refused(repository, name, form):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (repository.root / "data").mkdir()
    pq.write_table(pa.table({name: [1], "b": [2]}), repository.root / "data/x.parquet")
    repository.write("data/x.csv", f"{name},b\n1,2\n")
    repository.write("data/x.json", f'[{{"{name}": 1, "b": 2}}]')
    repository.write("src/hidden.py", f"import pandas as pd\ndef rows():\n    return pd.DataFrame({{'{name}': [1], 'b': [2]}})\n")
    place = {"python": {"callable": "src.hidden:rows"}} if form == "python" else {"file": {"path": f"../../../data/x.{form}"}}
    (only,) = repository.fails("ingest", {"format": form, "read": {}} | place)
    assert (only.code, f"a column is called `{name}`" in only.message) == ("MLS0615", True)


@pytest.mark.parametrize("step", [{"rename": {"b": "__row"}}, {"derive": {"column": "__Row", "sql": "b"}}])
def test_no_step_makes_such_a_column(repository, step):
    repository.put("raw.parquet", {"b": [1, 2]})
    (only,) = repository.fails("clean", {"steps": [step], "columns": []})
    assert (only.code, "a name that the stages keep for themselves" in only.message) == ("MLS0625", True)


def test_a_column_may_be_called_like_duckdbs_number_of_a_row(repository):
    ingested(repository, {"file_row_number": [7, 5, 6], "b": [1, 2, 3]})
    repository.run("clean", {"steps": [{"filter": "file_row_number < 7"}], "columns": [], "sort": ["file_row_number"]})
    assert repository.parquet("clean.parquet").to_dict("list") == {"file_row_number": [5, 6], "b": [2, 3]}
