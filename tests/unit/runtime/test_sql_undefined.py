"""0/0 is missing: it fulfils no filter and no rule."""

from __future__ import annotations

import math

import pytest

ROWS = {"clicks": [0, 3, 1], "views": [0, 10, 0]}


def cleaned(repository, *steps):
    repository.put("raw.parquet", ROWS)
    repository.run("clean", {"steps": list(steps), "columns": [], "extraColumns": "refuse", "sort": []})
    return repository.parquet("clean.parquet")


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("clicks / views > 0.1", [3, 1]),
        ("clicks / views >= 0", [3, 1]),
        ("NOT clicks / views < 5", [1]),
        ("sqrt(clicks - 2) >= 0", [3]),
        ("ln(clicks - 2) > -1", [3]),
        ("log(clicks - 2) > -1", [3]),
        ("log(10, clicks - 2) > -1", [3]),
        ("(clicks - 2) ^ 0.5 > 0", [3]),
        ("pow(clicks - 2, 0.5) > 0", [3]),
        ("fmod(clicks, views) > -1", [3]),
        ("acos(clicks) > -1", [0, 1]),
    ],
)
def test_a_filter_keeps_no_row_for_which_the_arithmetic_has_no_answer(repository, condition, kept):
    assert cleaned(repository, {"filter": condition}).clicks.tolist() == kept


def test_what_is_derived_is_missing_for_the_next_step(repository):
    steps = [{"derive": {"column": "rate", "sql": "clicks / views"}}, {"filter": "rate > 0 OR views = 0"}]
    frame = cleaned(repository, *steps, {"replace": {"column": "rate", "values": {"inf": 1}}})
    assert math.isnan(frame.rate[0])
    assert frame.rate.tolist()[1:] == [0.3, 1.0]
    frame = cleaned(
        repository, {"derive": {"column": "rate", "sql": "CAST('nan' AS DOUBLE)"}}, {"fillMissing": {"column": "rate", "with": 2}}
    )
    assert frame.rate.tolist() == [2.0, 2.0, 2.0]


def test_division_of_sums_windows_and_in_chains(repository):
    steps = [{"derive": {"column": "share", "sql": "clicks / sum(clicks) OVER () / 2"}}]
    assert cleaned(repository, *steps).share.tolist() == [0.0, 0.375, 0.125]


def test_a_rule_does_not_hold_where_the_arithmetic_has_no_answer(repository):
    repository.put("clean.parquet", ROWS)
    rules = [
        {"name": "rate", "onFailure": "fail", "expression": "clicks / views >= 0"},
        {"name": "sums", "onFailure": "fail", "sql": {"query": "select sum(clicks * 0) / sum(views * 0) from data", "max": 5}},
        {"name": "nan", "onFailure": "fail", "sql": {"query": "select corr(clicks, 1) from data", "max": 5}},
        {"name": "endless", "onFailure": "fail", "sql": {"query": "select max(clicks / views) from data", "max": 5}},
    ]
    found = repository.fails("validate", {"key": [], "rules": rules, "pii": []})
    assert [d.message.splitlines()[0] for d in found] == [
        "rule `rate`: 1 of 3 rows (33.33%) break `clicks / views >= 0`",
        "rule `sums`: the query gives nothing, not one number",
        "rule `nan`: the query gives nan, not one number",
        "rule `endless`: the query gives inf, more than 5",
    ]
    assert repository.json("validation.json")["rules"]["endless"] == {"status": "fail", "sql": None}


def test_a_span_of_time_is_no_column_and_the_way_out_works(repository):
    from mlspec.diagnostics import Problems

    span = "DATE '2024-01-03' - TIMESTAMP '2024-01-01 12:00:00'"
    with pytest.raises(Problems) as found:
        cleaned(repository, {"derive": {"column": "left", "sql": span}})
    (only,) = found.value.diagnostics
    assert (only.code, only.message) == ("MLS0625", "clean step 1 (derive): column `left` is a span of time, and no column can be")
    assert cleaned(repository, {"derive": {"column": "left", "sql": f"epoch({span}) / 3600"}}).left.tolist() == [36.0] * 3
