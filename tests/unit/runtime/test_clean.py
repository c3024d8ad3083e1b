from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

COLUMNS = {"hr": ["6am", "7am", "7am", None], "n": [1, 2, 2, -4], "w": ["x", None, "y", "y"]}


def clean(*steps, columns=(), extra="refuse", sort=(), **more):
    declared = [{"name": n, "type": t} for n, t in dict(columns).items()]
    return {"steps": list(steps), "columns": declared, "extraColumns": extra, "sort": list(sort), **more}


@pytest.fixture
def rows(repository):
    repository.put("raw.parquet", COLUMNS)
    return repository


def result(repository, *steps, **options):
    repository.run("clean", clean(*steps, **options))
    frame = repository.parquet("clean.parquet")
    return {c: [None if v != v else v for v in frame[c].astype(object)] for c in frame}


def test_nothing_to_do_keeps_everything_in_order(rows):
    assert result(rows) == COLUMNS


def test_the_steps_run_in_order(rows):
    found = result(
        rows,
        {"rename": {"hr": "hour"}},
        {"replace": {"column": "hour", "values": {"6am": "6", "7am": 7}}},
        {"cast": {"column": "hour", "to": "integer", "onError": "fail"}},
        {"fillMissing": {"column": "w", "with": "most_frequent"}},
        {"dropDuplicates": {"by": ["hour", "n"], "keep": "last"}},
        {"filter": "n >= 0"},
        {"derive": {"column": "late", "sql": "hour > 6"}},
        {"drop": ["n"]},
        columns={"late": "boolean", "hour": "integer", "w": "string"},
        sort=["hour"],
    )
    assert found == {"late": [False, True], "hour": [6, 7], "w": ["x", "y"]}


def test_sorting_is_stable_and_missing_values_come_last(repository):
    repository.put("raw.parquet", {"k": [2, None, 1, 2], "i": [0, 1, 2, 3]})
    assert result(repository, sort=["k"])["i"] == [2, 0, 3, 1]


def test_lists_declared_as_text_are_spelled_so_that_they_can_be_read_back(repository):
    repository.put("raw.parquet", {"tags": [["a", 'b, "c'], [], None, ["d"]]})
    assert result(repository, columns={"tags": "string"})["tags"] == ['["a","b, \\"c"]', "[]", None, '["d"]']


def test_replaced_values_keep_the_type_when_they_fit(repository):
    repository.put("raw.parquet", {"a": [1, 2, 3], "b": [True, False, None]})
    assert result(repository, {"replace": {"column": "a", "values": {"1": "9", "2": None}}})["a"] == [9, None, 3]
    assert result(repository, {"replace": {"column": "a", "values": {"1": 1.5}}})["a"] == [1.5, 2.0, 3.0], "numbers stay numbers"
    assert result(repository, {"replace": {"column": "b", "values": {"true": "yes'; --"}}})["b"] == ["yes'; --", "false", None]


TIMES = [dt.datetime.fromisoformat("1900-01-01"), dt.datetime.fromisoformat("2020-05-05T08:30:00")]


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ([-999.0, 1.5], ["-999", "-999.0", "-9.99e2", "-999."]),
        ([1e6, 1.5], ["1000000", "1e6", "+1000000.0"]),
        ([float("inf"), 1.5], ["inf", "+Infinity"]),
        ([-999, 3], ["-999", "-999.0", "-999.", "-9.99e2"]),
        ([5, 3], ["5", "+5", "05", "5.0"]),
        ([2**63 - 1, 2**63 - 2], ["9223372036854775807", "9223372036854775807.0"]),
        (TIMES, ["1900-01-01", "1900-01-01T00:00:00", "1900-01-01 00:00", "1900-01-01T00:00:00Z", "1900-01-01T02:00:00+02:00"]),
        ([d.date() for d in TIMES], ["1900-01-01", "1900-01-01T00:00:00", "1900-01-01 00:00:00"]),
        ([True, False], ["true", "True", "yes", "1"]),
        (["-999", "-999.0"], ["-999"]),
        ([Decimal("-999.00"), Decimal("1.25")], ["-999", "-999.0"]),
    ],
)
def test_a_value_is_replaced_however_the_spec_spells_it(repository, capsys, given, keys):
    for key in keys:
        repository.put("raw.parquet", {"x": given})
        assert result(repository, {"replace": {"column": "x", "values": {key: None}}})["x"][0] is None, key
        assert result(repository, {"replace": {"column": "x", "values": {key: None}}})["x"][1] is not None, key
    assert "MLS0627" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "values", "message"),
    [
        ([1, 2], {"3": None, "1": 5}, "MLS0627]: clean step 1 (replace): column `x`: no row holds '3'"),
        ([1, 2], {"n/a": None}, "MLS0627]: clean step 1 (replace): column `x` is bigint, so no row can hold 'n/a'"),
        ([1, 2], {"2.5": None}, "column `x` is bigint, so no row can hold '2.5'"),
        ([1.0, None], {"": 0}, "column `x` is double, so no row can hold ''"),
        (["a"], {"A": None}, "column `x`: no row holds 'A'"),
        ([Decimal("1.25")], {"1.251": None}, "so no row can hold '1.251'"),
    ],
)
def test_a_replacement_that_changes_nothing_says_so(repository, capsys, given, values, message):
    repository.put("raw.parquet", {"x": given})
    repository.run("clean", clean({"replace": {"column": "x", "values": values}}))
    assert message in capsys.readouterr().err


def test_two_spellings_of_one_value_have_one_replacement(repository):
    repository.put("raw.parquet", {"x": [-999.0, 2.5]})
    assert result(repository, {"replace": {"column": "x", "values": {"-999": 0, "-999.0": 0}}})["x"] == [0.0, 2.5]
    (only,) = repository.fails("clean", clean({"replace": {"column": "x", "values": {"-999": 0, "-999.0": 1}}}))
    message = "clean step 1 (replace): column `x` is double: `-999` and `-999.0` are one value, and get two new ones"
    assert (only.code, only.message) == ("MLS0625", message)


def test_new_values_of_another_type_widen_the_column_only_as_far_as_they_must(repository, capsys):
    repository.put("raw.parquet", {"i": [1, 2**60], "d": [d.date() for d in TIMES], "f": [1.0, 2.5]})
    steps = [
        {"replace": {"column": "i", "values": {"1": 1.5}}},
        {"replace": {"column": "d", "values": {"1900-01-01": "2020-01-01T10:00:00Z"}}},
        {"replace": {"column": "f", "values": {"2.5": "many"}}},
    ]
    found = result(repository, *steps)
    assert found["i"] == ["1.5", str(2**60)], "as a number, 2 ** 60 + 1 would be another"
    assert [str(v) for v in found["d"]] == ["2020-01-01 10:00:00", "2020-05-05 00:00:00"]
    assert found["f"] == ["1", "many"]
    assert "clean step 3 (replace): column `f` becomes text: not every new value is double" in capsys.readouterr().err


def test_nan_is_missing_for_every_step(repository):
    nan = float("nan")
    repository.put("raw.parquet", {"x": [1.0, nan, None, 7.0], "i": [0, 1, 2, 3]})
    assert result(repository, {"filter": "x > 5"})["i"] == [3], "to DuckDB NaN is larger than 5"
    assert result(repository, {"derive": {"column": "m", "sql": "avg(x) OVER ()"}})["m"] == [4.0] * 4
    assert result(repository, {"dropDuplicates": {"by": ["x"]}})["i"] == [0, 1, 3]


@pytest.mark.parametrize(
    ("given", "value", "wanted"),
    [
        ([TIMES[0], None], "2021-05-05T10:00:00+02:00", "2021-05-05 08:00:00"),
        ([TIMES[0].date(), None], "2021-05-05T00:00:00", "2021-05-05"),
        ([1, None], "-1.0", "-1"),
        ([1.5, None], "1e3", "1000.0"),
    ],
)
def test_a_filling_is_a_value_of_the_column(repository, given, value, wanted):
    import pyarrow as pa

    repository.put("raw.parquet", pa.table({"x": given}))
    repository.run("clean", clean({"fillMissing": {"column": "x", "with": value}}))
    import pyarrow.parquet as pq

    assert str(pq.read_table(repository.folder / "clean.parquet")["x"].to_pylist()[1]) == wanted


@pytest.mark.parametrize(
    ("given", "to", "wanted"),
    [
        (["1", " 2 ", "3.0", None], "integer", [1, 2, 3, None]),
        ([1.0, 2.0, float("nan")], "integer", [1, 2, None]),
        (["1e3", ".5", "-1"], "number", [1000.0, 0.5, -1.0]),
        (["yes", "No", "T", "0"], "boolean", [True, False, True, False]),
        ([1, 0, None], "boolean", [True, False, None]),
        ([1.5, 2.0, -0.0, 1e300], "string", ["1.5", "2", "0", "1e+300"]),
        ([True, False], "string", ["true", "false"]),
    ],
)
def test_casts(repository, given, to, wanted):
    repository.put("raw.parquet", {"x": given})
    assert result(repository, columns={"x": to})["x"] == wanted


def test_casts_to_dates_and_times(repository):
    zoned = ["2012-01-31T01:00+01:00", "2012-01-31T10:00:00+02:00"]
    repository.put("raw.parquet", {"d": ["2012-01-31", "2012-02-01 00:00:00"], "t": zoned})
    found = result(repository, columns={"d": "date", "t": "timestamp"})
    assert [str(v) for v in found["d"]] == ["2012-01-31", "2012-02-01"]
    assert [str(v) for v in found["t"]] == ["2012-01-31 00:00:00", "2012-01-31 08:00:00"]


@pytest.mark.parametrize(
    ("given", "to", "shown"),
    [
        (
            ["1", "x", "2.5", "1_000", "é"],
            "integer",
            "4 of 5 values are not of type integer: 'x' in row 2, '2.5' in row 3, '1_000' in row 4",
        ),
        ([1.5, 2.0], "integer", "1 of 2 values is not of type integer: '1.5' in row 1"),
        (["1/2/2020"], "date", "1 of 1 values is not of type date: '1/2/2020' in row 1"),
        (["2020-02-30"], "date", "1 of 1 values is not of type date: '2020-02-30' in row 1"),
        (["2020-01-01 10:00:00"], "date", "1 of 1 values is not of type date: '2020-01-01 10:00:00' in row 1"),
        (["on"], "boolean", "1 of 1 values is not of type boolean: 'on' in row 1"),
        ([3], "timestamp", "1 of 1 values is not of type timestamp: '3' in row 1"),
        (["inf", "1e999"], "number", "2 of 2 values are not of type number: 'inf' in row 1, '1e999' in row 2"),
        (["99999999999999999999"], "integer", "1 of 1 values is not of type integer: '99999999999999999999' in row 1"),
    ],
)
def test_values_that_do_not_fit_are_named_with_their_rows(repository, given, to, shown):
    repository.put("raw.parquet", {"x": given})
    (only,) = repository.fails("clean", clean(columns={"x": to}))
    assert (only.code, only.message) == ("MLS0622", f"after cleaning: column `x`: {shown}")
    (only,) = repository.fails("clean", clean({"cast": {"column": "x", "to": to, "onError": "fail"}}))
    assert only.message == f"clean step 1 (cast): column `x`: {shown}"
    assert not (repository.folder / "clean.parquet").exists()


def test_row_numbers_are_those_of_the_source_also_after_rows_were_dropped(repository):
    repository.put("raw.parquet", {"x": ["1", "2", "z"], "k": [0, 1, 1]})
    (only,) = repository.fails("clean", clean({"filter": "k = 1"}, columns={"x": "integer", "k": "integer"}))
    assert "'z' in row 3" in only.message


def test_personal_data_is_not_shown(repository):
    repository.put("raw.parquet", {"x": ["a@b.c"]})
    (only,) = repository.fails("clean", clean(columns={"x": "integer"}, pii=["x"]))
    assert "a@b.c" not in only.message
    assert "(personal data) in row 1" in only.message


def test_a_cast_may_make_what_does_not_fit_missing(repository, capsys):
    repository.put("raw.parquet", {"x": ["1", "x", None]})
    assert result(repository, {"cast": {"column": "x", "to": "integer", "onError": "null"}})["x"] == [1, None, None]
    assert "clean step 1 (cast): column `x`: 1 values are no integer and become missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "how", "wanted"),
    [
        ([1, None, 4], "mean", [1, 2, 4]),
        ([1.0, None, 4.0], "mean", [1.0, 2.5, 4.0]),
        ([1.0, float("nan"), 4.0, 7.0], "median", [1.0, 4.0, 4.0, 7.0]),
        (["b", None, "a", "a", "b"], "most_frequent", ["b", "a", "a", "a", "b"]),
        ([True, None], "most_frequent", [True, True]),
        ([None, 5, None, 7, None], "previous", [None, 5, 5, 7, 7]),
        (["x", None], "it's", ["x", "it's"]),
        (["x", None], 5, ["x", "5"]),
        ([True, None], False, [True, False]),
        ([1, None], 0, [1, 0]),
    ],
)
def test_filling_missing_values(repository, given, how, wanted):
    repository.put("raw.parquet", {"x": given})
    assert result(repository, {"fillMissing": {"column": "x", "with": how}})["x"] == wanted


def test_the_previous_value_is_the_one_before_in_the_sources_order(repository):
    repository.put("raw.parquet", {"t": [3, 1, 2], "x": [None, 5, 6]})
    assert result(repository, {"fillMissing": {"column": "x", "with": "previous"}}, sort=["t"]) == {"t": [1, 2, 3], "x": [5, 6, 6]}


@pytest.mark.parametrize(
    ("given", "how", "message"),
    [
        (["a", None], "mean", "clean step 1 (fillMissing): column `x` is VARCHAR, which has no mean"),
        ([1, None], "unknown", "clean step 1 (fillMissing): column `x` is BIGINT, and `unknown` is not"),
        ([1, None], 2.5, "clean step 1 (fillMissing): column `x` is BIGINT, and `2.5` is not"),
    ],
)
def test_fillings_that_can_not_be_done(repository, given, how, message):
    repository.put("raw.parquet", {"x": given})
    (only,) = repository.fails("clean", clean({"fillMissing": {"column": "x", "with": how}}))
    assert (only.code, only.message) == ("MLS0625", message)


@pytest.mark.parametrize("keep", ["first", "last"])
def test_duplicates_are_told_by_the_sources_order(repository, keep):
    repository.put("raw.parquet", {"k": ["a", "b", "a", None, None], "i": [0, 1, 2, 3, 4]})
    found = result(repository, {"dropDuplicates": {"by": ["k"], "keep": keep}})
    assert found["i"] == ([0, 1, 3] if keep == "first" else [1, 2, 4])


def test_declared_columns_are_required_and_others_refused_all_at_once(rows):
    found = rows.fails("clean", clean(columns={"hour": "integer", "n": "string", "w": "integer"}))
    assert [(d.code, d.message, d.help) for d in found[:2]] == [
        ("MLS0620", "after cleaning: there is no column `hour`, which is declared", "did you mean `hr`?"),
        (
            "MLS0621",
            "after cleaning: column `hr` is not declared",
            "declare it under `columns`, drop it in a `clean` step, or set `extraColumns: drop` or `keep`",
        ),
    ]
    assert found[2].message.startswith("after cleaning: column `w`: 3 of 4 values are not of type integer")


def test_undeclared_columns_can_be_dropped_or_kept(rows):
    assert list(result(rows, columns={"n": "integer"}, extra="drop")) == ["n"]
    assert list(result(rows, columns={"n": "integer"}, extra="keep")) == ["n", "hr", "w"]


@pytest.mark.parametrize(
    "step",
    [
        {"rename": {"hour": "h"}},
        {"replace": {"column": "hour", "values": {"a": "b"}}},
        {"cast": {"column": "hour", "to": "integer"}},
        {"fillMissing": {"column": "hour", "with": 1}},
        {"dropDuplicates": {"by": ["hour"]}},
        {"drop": ["hour"]},
    ],
)
def test_a_step_on_a_missing_column_names_the_step_and_a_near_column(repository, step):
    repository.put("raw.parquet", {"hours": ["6"], "n": [1]})
    (only,) = repository.fails("clean", clean({"filter": "n = 1"}, step))
    name = next(iter(step))
    assert (only.code, only.message) == ("MLS0620", f"clean step 2 ({name}): there is no column `hour`")
    assert only.help == "did you mean `hours`?"


def test_two_columns_can_not_get_one_name(rows):
    assert rows.fails("clean", clean({"rename": {"hr": "N"}}))[0].code == "MLS0625"
    assert rows.fails("clean", clean({"derive": {"column": "HR", "sql": "1"}}))[0].code == "MLS0625"
    assert result(rows, {"rename": {"hr": "w", "w": "hr"}})["hr"] == COLUMNS["w"], "names can be swapped"


def test_derive_can_change_a_column(rows):
    assert result(rows, {"derive": {"column": "n", "sql": "n * 2 -- twice"}})["n"] == [2, 4, 4, -8]


@pytest.mark.parametrize(
    "sql",
    [
        "n > 0; DROP TABLE data",
        "1) FROM data; SELECT (1",
        "n > 0) OR (1 = 1",
        "n IN (SELECT 1)",
        "EXISTS (SELECT * FROM read_csv('/etc/passwd'))",
        "(SELECT count(*) FROM read_text('/etc/passwd')) > 0",
        "n > 0 FROM data WHERE n > 1",
        "n > 0, n < 2",
        "n AS m",
        "*",
        "COLUMNS(*)",
        "n > $1",
        "n > ?",
        "",
        "n > 0 /*",
        "DROP TABLE data",
        "random() > 0.5",
        "CURRENT_DATE > DATE '2020-01-01'",
        "now() IS NOT NULL",
        "age(TIMESTAMP '2020-01-01') > INTERVAL 1 DAY",
        "unnest([1, 2]) = 1",
        "generate_series(1, n) IS NOT NULL",
        "txid_current() > 0",
        "current_setting('memory_limit') = 'x'",
        "current_user = 'x'",
        "user = 'x'",
        "getvariable('x') IS NULL",
        "sleep_ms(1) IS NULL",
        "pg_sleep(1) IS NULL",
        "write_log('x') IS NULL",
        "version() = 'x'",
        "stats(n) = 'x'",
        "current_database() = 'x'",
        "nextval('s') > 1",
        'main."random"() > 0.5',
        "list_sum(list_transform([1, 2], lambda x: random())) > 1",
        "list_aggregate([n], 'reservoir_quantile', 0.5) > 1",
        "reservoir_quantile(n, 0.5) OVER () > 1",
    ],
)
def test_sql_that_is_more_than_one_expression_of_a_row_is_refused(rows, sql):
    for step in ({"filter": sql}, {"derive": {"column": "z", "sql": sql}}):
        (only,) = rows.fails("clean", clean(step))
        assert only.code == "MLS0623", only.message
        assert only.message.startswith(f"clean step 1 ({next(iter(step))}): the SQL is refused: ")


@pytest.mark.parametrize(
    ("sql", "message", "fix"),
    [
        ("unnest([1, 2]) = 1", "`unnest` makes rows", "write one expression"),
        ("roudn(n) > 1", "the function `roudn` is not among those whose answer depends on their arguments alone", "did you mean `round`?"),
        ("age(TIMESTAMP '2020-01-01') IS NULL", "`age` of one time counts from today", "age(later, earlier)"),
        ("CURRENT_DATE IS NULL", "`current_date` depends on when, or by whom, it is asked", "the same rows for the same input"),
    ],
)
def test_a_refused_function_is_named_with_the_place_and_the_fix(rows, sql, message, fix):
    (only,) = rows.fails("clean", clean({"filter": "n > -9"}, {"derive": {"column": "z", "sql": sql}}))
    assert only.message == f"clean step 2 (derive): the SQL is refused: {message}"
    assert fix in only.help


@pytest.mark.parametrize(
    ("sql", "message", "fix"),
    [
        ("hr = 6", "the text `hr` with the number 6", "write '6' in single quotes, or CAST(hr AS DOUBLE)"),
        ("w IN ('x', 1.5)", "the text `w` with the number 1.5", "single quotes"),
        ("CASE hr WHEN 1 THEN true END", "the text `hr` with the number 1", ""),
        ("nullif(hr, 1) IS NULL", "the text `hr` with the number 1", ""),
        ("hr <> n", "the text `hr` with `n`, which is bigint", "cast one of the two"),
        ("n = '1.4'", "the whole number `n` with the text '1.4'", "write 1.4 without quotes"),
        ("n BETWEEN '0.5' AND '2'", "the whole number `n` with the text '0.5'", ""),
    ],
)
def test_comparisons_that_duckdb_would_round_are_refused(rows, sql, message, fix):
    (only,) = rows.fails("clean", clean({"filter": sql}))
    assert only.code == "MLS0623"
    assert f"it compares {message}: DuckDB would round one to the other" in only.message
    assert fix in only.help


@pytest.mark.parametrize("sql", ["hr = '6am'", "n = '2'", "n IN (1, 2.5)", "CAST(n AS VARCHAR) = hr", "w IS DISTINCT FROM hr", "n > 1.5"])
def test_other_comparisons_are_taken(rows, sql):
    rows.run("clean", clean({"derive": {"column": "z", "sql": sql}}))


@pytest.mark.parametrize(
    "sql",
    [
        "CASE WHEN n BETWEEN 1 AND 2 OR hr LIKE '6%' OR hr SIMILAR TO 'x.*' THEN coalesce(n, 0) ELSE nullif(n, 1) END",
        "avg(n) OVER (ORDER BY n ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING)",
        "sum(n) FILTER (n > 0) OVER () + row_number() OVER (ORDER BY n) + lag(n, 1, 0) OVER (ORDER BY n)",
        "strptime('2024-01-01 6AM', '%Y-%m-%d %-I%p') + to_hours(n) - INTERVAL 1 DAY",
        "extract(year FROM DATE '2024-01-01') + date_diff('day', DATE '2024-01-01', DATE '2024-02-01') + epoch(TIMESTAMP '2024-01-01')",
        "age(TIMESTAMP '2024-01-01', TIMESTAMP '2020-01-01') > INTERVAL 1 YEAR",
        "list_sum([x * 2 FOR x IN [1, n] IF x > 0]) % 3 // 2 ** 2",
        "regexp_extract(hr, '[0-9]+') || upper(trim(hr)) || hr[1] || split_part(hr, 'a', 1) || md5(hr) || printf('%d', n)",
        "round(sqrt(abs(n)), 2) + greatest(n, 1) + hash(hr) % 7 + ln(2) + pi() + (-n)::DOUBLE + TRY_CAST(hr AS INTEGER)",
        "{'a': n}.a + json_extract('{\"a\": 1}', '$.a')::INTEGER + map {'k': 1}['k'] + if(n > 1, 1, 2)",
    ],
)
def test_expressions_as_people_write_them_are_taken(sql):
    from mlspec.runtime.sql_guard import check_expression
    from mlspec.runtime.tables import connect

    connection = connect()
    connection.execute("CREATE TABLE data AS SELECT 2 AS n, '6am' AS hr")
    value = check_expression(connection, sql, "step")
    connection.execute(f"SELECT {value} FROM data").fetchall()


def test_a_column_may_be_called_like_a_word_of_sql(repository):
    repository.put("raw.parquet", {"user": ["a", "b"], "today": [1, 2]})
    columns = [{"name": "user", "type": "string"}, {"name": "today", "type": "integer"}]
    repository.run("clean", clean({"filter": "user = 'b' AND today > 1"}) | {"columns": columns})
    assert repository.parquet("clean.parquet")["user"].tolist() == ["b"]


def test_a_step_that_makes_rows_is_refused_even_if_the_guard_let_it_pass(rows, monkeypatch):
    from mlspec.runtime import sql_guard
    from mlspec.runtime.sql_functions import ALLOWED

    monkeypatch.setattr(sql_guard, "ALLOWED", ALLOWED | {"unnest"})
    (only,) = rows.fails("clean", clean({"derive": {"column": "z", "sql": "unnest([1, 2])"}}))
    assert (only.code, only.message) == ("MLS0624", "clean step 1 (derive): 4 rows became 8")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("nn > 0", 'clean step 1 (filter): Referenced column "nn" not found'),
        ("CAST(hr AS INTEGER) > 1", "clean step 1 (filter): Could not convert string '6am' to INT32"),
        ("hr + n > 1", "clean step 1 (filter): "),
        ("n > lag(n) OVER ()", "clean step 1 (filter): WHERE clause cannot contain window functions"),
    ],
)
def test_sql_that_fails_is_told_in_duckdbs_words(rows, sql, message):
    (only,) = rows.fails("clean", clean({"filter": sql}))
    assert only.code == "MLS0624"
    assert only.message.startswith(message)
    assert "CREATE OR REPLACE" not in only.message


def test_a_locked_connection_reaches_neither_disk_nor_network_nor_python(tmp_path):
    import duckdb

    from mlspec.runtime.tables import connect, lock

    connection = connect()
    lock(connection)
    secret = [("secret",)]
    for sql in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        f"COPY (SELECT 1) TO '{tmp_path}/x.csv'",
        f"ATTACH '{tmp_path}/x.db'",
        "SELECT * FROM read_parquet('https://127.0.0.1/x.parquet')",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "RESET allowed_paths",
        "SELECT * FROM secret",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(sql)
    assert secret
    assert list(tmp_path.iterdir()) == []


def test_dropping_every_row_is_refused(rows):
    (only,) = rows.fails("clean", clean({"filter": "n > -9"}, {"filter": "n > 100"}))
    assert (only.code, only.message) == ("MLS0626", "clean step 2 (filter): no row is left of 4")


def test_without_raw_rows_the_stages_before_are_named(repository):
    assert repository.fails("clean", clean())[0].code == "MLS0603"


def test_the_same_rows_give_the_same_bytes(repository):
    count = 200_000
    columns = {"x": [None if i % 11 == 0 else i / 7 for i in range(count)], "k": [i % 1000 for i in range(count)]}
    repository.put("raw.parquet", columns)
    steps = [{"fillMissing": {"column": "x", "with": "mean"}}, {"derive": {"column": "z", "sql": "x * 2.5"}}, {"filter": "k <> 5"}]
    digests = set()
    for _ in range(2):
        repository.run("clean", clean(*steps, sort=["k"]))
        digests.add(hashlib.md5((repository.folder / "clean.parquet").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("options", [{"onError": "fail"}, {"onError": "null"}])
@pytest.mark.parametrize("to", ["date", "timestamp"])
def test_text_of_times_with_a_zone_and_without_becomes_no_time(repository, to, options):
    repository.put("raw.parquet", {"t": ["2024-01-01T00:00:00+05:00", "2024-01-01T00:00:00", None]})
    (only,) = repository.fails("clean", clean({"cast": {"column": "t", "to": to, **options}}))
    assert (only.code, only.message.split(":")[1]) == ("MLS0617", " 1 time names a time zone and 1 time does not")
    assert repository.fails("clean", clean(columns={"t": to}))[0].code == "MLS0617"
    repository.put("raw.parquet", {"t": ["2024-01-01T00:00:00Z", None]})
    assert result(repository, columns={"t": "timestamp"})["t"] == [dt.datetime.fromisoformat("2024-01-01"), None]
