from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import check_smoke, predict
from mlspec.runtime.signature import Feature, Signature


@pytest.fixture
def ridge(ridge_folder):
    return load_model(ridge_folder, digest_folder(ridge_folder))


def signature(kind: Literal["numeric", "categorical", "text"], type_: str) -> Signature:
    return Signature("regression", "y", (Feature("x", kind, type_),), None, {})


def test_columns_are_taken_by_name_and_others_ignored(ridge):
    frame = pd.DataFrame({"other": ["?", "!"], "b": [1, 2], "a": ["3", 4]})
    assert predict(ridge, frame).predicted == pytest.approx([5.0, 8.0], abs=1e-6)


def test_no_rows_give_no_answers(ridge):
    assert predict(ridge, pd.DataFrame({"a": [], "b": []})).predicted.shape == (0,)


def test_a_missing_column_has_a_near_name(ridge):
    with pytest.raises(Problems) as found:
        predict(ridge, pd.DataFrame({"a": [1], "B": [1.0]}))
    (only,) = found.value.diagnostics
    assert (only.code, only.message, only.help) == ("MLS0663", "the input lacks `b`", "did you mean `B`?")


def test_values_that_do_not_fit_are_counted_and_shown(ridge):
    with pytest.raises(Problems) as found:
        predict(ridge, pd.DataFrame({"a": [1, "x", 2.5, "y", "z"], "b": 1.0}))
    (only,) = found.value.diagnostics
    assert only.code == "MLS0664"
    assert only.message == "input `a` holds 4 values that are not of type integer: 'x' in row 2, '2.5' in row 3, 'y' in row 4"


def test_an_answer_of_nan_is_refused(ridge):
    with pytest.raises(Problems, match="MLS0665"):
        predict(ridge, pd.DataFrame({"a": [None], "b": [1.0]}))


def test_the_smoke_set_says_whether_it_is_the_same_model(ridge):
    assert check_smoke(ridge) == []
    ridge.smoke["outputs"][0] = 8.0
    assert check_smoke(ridge)[0].startswith("smoke row 1: expected 8.0, got ")


@pytest.mark.parametrize(
    ("type_", "given", "wanted"),
    [
        ("integer", ["1", 2, None, 3.0], [1.0, 2.0, np.nan, 3.0]),
        ("number", [True, "1e-3", None], [1.0, 0.001, np.nan]),
        ("boolean", [True, "false", 1, 0.0, None, "TRUE"], [1.0, 0.0, 1.0, 0.0, np.nan, 1.0]),
        ("timestamp", ["1970-01-01T00:01:00Z", "1970-01-01 02:00:00+02:00", None], [60.0, 0.0, np.nan]),
        ("date", ["1970-01-02", None], [86400.0, np.nan]),
    ],
)
def test_numbers_of_every_spelling(type_, given, wanted):
    found = prepare(signature("numeric", type_), pd.DataFrame({"x": pd.Series(given, dtype=object)}))["x"]
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, wanted)


def test_timestamps_of_a_parquet_file_need_no_text():
    frame = pd.DataFrame({"x": pd.to_datetime(pd.Series(["1970-01-01 00:00:01", None]))})
    np.testing.assert_array_equal(prepare(signature("numeric", "timestamp"), frame)["x"], [1.0, np.nan])


def test_categories_are_spelled_one_way_and_text_is_never_missing():
    given = pd.DataFrame({"x": pd.Series(["a", None, 17, 17.0, True, float("nan")], dtype=object)})
    assert prepare(signature("categorical", "string"), given)["x"].tolist() == ["a", np.nan, "17", "17", "true", np.nan]
    assert prepare(signature("text", "string"), given)["x"].tolist() == ["a", "", "17", "17", "true", ""]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        *(("number", v) for v in ("inf", "x", "nan", "0x10", "1_000", "1,5", "", " ")),
        *(("integer", v) for v in ("1e3", "1.5", 1.5, float("inf"), "0x10", "1_000", "١")),
        *(("boolean", v) for v in ("maybe", 2, "yes", "t", 0.5, "")),
        *(("date", v) for v in ("1/2/2020", "now", "today", "2020", "2020-01", "20200131", "2020-W05-1", "2020-031", "2020-02-30", "NaT")),
        *(("date", v) for v in ("2020-01-31T08:00:00", "2020-01-31T00:00:00+02:00", 2020, 20200131.0, True, "", "tomorrow")),
        *(("timestamp", v) for v in ("now", "today", "2020", "20200131T080000", "2020-01-31T08", "2020-01-31 8:00", "08:00", 1580457600)),
        *(("timestamp", v) for v in ("2020-01-31T25:00:00", "2020-01-31T08:00:00 Europe/Berlin", "2020-01-31t08:00z")),
    ],
)
def test_what_does_not_fit_is_refused(type_, value):
    with pytest.raises(Problems, match="MLS0664"):
        prepare(signature("numeric", type_), pd.DataFrame({"x": pd.Series([value], dtype=object)}))


@pytest.mark.parametrize(
    ("type_", "given", "wanted"),
    [
        ("date", "1970-01-02T00:00:00", 86400.0),
        ("date", " 1970-01-02 ", 86400.0),
        ("date", "1970-01-01T22:00-02:00", 86400.0),
        ("timestamp", "1970-01-01", 0.0),
        ("timestamp", "1970-01-01 00:00", 0.0),
        ("timestamp", "1970-01-01T00:00:01.500000001Z", 1.5),
        ("timestamp", "1970-01-01T02:00:00+0200", 0.0),
        ("timestamp", dt.datetime(1970, 1, 1, 1, tzinfo=dt.UTC), 3600.0),
        ("date", dt.date(1970, 1, 2), 86400.0),
        ("date", np.datetime64("1970-01-02"), 86400.0),
        ("date", pd.Timestamp("1970-01-02"), 86400.0),
    ],
)
def test_times_are_taken_in_the_forms_that_cleaning_takes(type_, given, wanted):
    found = prepare(signature("numeric", type_), pd.DataFrame({"x": pd.Series([given], dtype=object)}))["x"]
    assert found.tolist() == [wanted]


@pytest.mark.parametrize("values", [[2**53 + 1, 2**53], [1, -(2**60)]])
def test_a_category_of_whole_numbers_that_are_one_double_is_refused(values):
    frame = pd.DataFrame({"x": values})
    with pytest.raises(Problems, match="MLS0664: input `x` is a category, and holds whole numbers too long to be told apart"):
        prepare(signature("categorical", "integer"), frame)
    assert prepare(signature("categorical", "string"), frame)["x"].tolist() == [str(v) for v in values]
    assert prepare(signature("numeric", "integer"), frame)["x"].tolist() == [float(v) for v in values]
    assert prepare(signature("categorical", "integer"), pd.DataFrame({"x": [2**53 - 1, None]}))["x"][0] == 2**53 - 1


def test_a_column_of_numbers_is_no_column_of_times():
    with pytest.raises(Problems, match="MLS0664"):
        prepare(signature("numeric", "timestamp"), pd.DataFrame({"x": [1580457600, 1580457601]}))


@pytest.mark.parametrize("type_", ["integer", "number", "date", "timestamp"])
def test_text_is_read_here_as_cleaning_reads_it(type_):
    """One rule for both: whatever `clean` takes from a CSV, and nothing else."""
    import duckdb

    from mlspec.runtime.clean.casting import cast_sql

    texts = ["1", "01", "1.0", "1.", ".5", "1e3", "-3", "+3", " 4 ", "1 2", "x", "inf", "nan", "infinity", "2020", "2020-01", "20200131"]
    texts += ["2020-01-31", "2020-01-31T00:00", "2020-01-31T08:00:00Z", "2020-01-31 08:00:00.25+01", "2020-13-01", "now", "today", "epoch"]
    connection = duckdb.connect()
    for text in texts:
        rows = connection.execute(f"SELECT {cast_sql('x', 'VARCHAR', type_)} FROM (SELECT CAST(? AS VARCHAR) AS x)", [text]).fetchall()
        by_clean = rows[0][0]
        frame = pd.DataFrame({"x": pd.Series([text], dtype=object)})
        try:
            here = prepare(signature("numeric", type_), frame)["x"].tolist()[0]
        except Problems:
            here = None
        if isinstance(by_clean, dt.date):
            moment = by_clean if isinstance(by_clean, dt.datetime) else dt.datetime.combine(by_clean, dt.time())
            by_clean = moment.replace(tzinfo=dt.UTC).timestamp()
        assert here == by_clean, (type_, text)
