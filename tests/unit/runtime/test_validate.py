from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

HOURS = {"id": [10, 11, 12, 13], "hour": [5, 25, None, -1], "w": ["a", "b", "zz", None], "mail": ["a@b", "no", None, "x"]}


def rules(*given, key=(), on_failure="fail", **more):
    named = [{"onFailure": on_failure, "name": f"r{i}"} | rule for i, rule in enumerate(given, 1)]
    return {"key": list(key), "rules": named, **more}


@pytest.fixture
def hours(repository):
    repository.put("clean.parquet", HOURS)
    return repository


def found(repository, *given, **more):
    return [(d.code, d.message) for d in repository.fails("validate", rules(*given, **more))]


def test_without_rules_everything_is_valid(hours):
    hours.run("validate", rules(key=["id"]))
    assert hours.parquet("valid.parquet").id.tolist() == HOURS["id"]
    assert len(hours.parquet("quarantine.parquet")) == 0
    assert list(hours.parquet("quarantine.parquet")) == [*HOURS, "rule"]
    assert hours.json("validation.json") == {
        "rows": 4,
        "quarantined": 0,
        "passed": 1,
        "warned": 0,
        "failed": 0,
        "rules": {"key": {"status": "pass", "notNull.id": 0, "unique": 0}},
    }


def test_a_failure_names_rule_column_count_share_and_the_first_rows_with_their_keys(hours):
    (only,) = hours.fails("validate", rules({"name": "hours", "column": "hour", "between": [0, 23]}, key=["id"]))
    assert only.code == "MLS0630"
    assert only.message == (
        "rule `hours`: column `hour`: 2 of 4 rows (50%) are not between 0 and 23\nrow 2 (id = 11): hour = 25\nrow 4 (id = 13): hour = -1"
    )
    assert only.help == "clean the data, change the rule, or set its `onFailure` to warn or quarantine"
    assert not (hours.folder / "valid.parquet").exists()
    assert not (hours.folder / "profile.json").exists(), "a refused snapshot is not accepted"
    assert hours.json("validation.json")["rules"]["hours"] == {"status": "fail", "between": 2}


def test_every_failed_rule_is_told_at_once(hours):
    messages = found(
        hours,
        {"column": "hour", "notNull": True},
        {"column": "w", "in": ["a", "b"], "maxMissing": 0.2},
        {"column": "mail", "matches": "[^@]+@[^@]+"},
        {"expression": "hour < id"},
        {"unique": ["id"]},
    )
    assert [m.split("\n")[0] for _, m in messages] == [
        "rule `r1`: column `hour`: 1 of 4 rows (25%) are missing",
        "rule `r2`: column `w`: 1 of 4 rows (25%) are not one of a, b",
        "rule `r2`: column `w`: 25% of the values are missing, more than 20%",
        "rule `r3`: column `mail`: 2 of 4 rows (50%) do not match [^@]+@[^@]+",
        "rule `r4`: 2 of 4 rows (50%) break `hour < id`",
    ]
    assert messages[0][1].split("\n")[1:] == ["row 3: hour = missing"]
    assert messages[4][1].split("\n")[1:] == ["row 2: id = 11, hour = 25", "row 3: id = 12, hour = missing"]


def test_only_the_first_five_rows_are_shown(repository):
    repository.put("clean.parquet", {"x": list(range(100))})
    ((_, message),) = found(repository, {"column": "x", "between": [0, 9]})
    assert len(message.split("\n")) == 6


def test_personal_data_is_masked_also_in_keys(hours):
    ((_, message),) = found(hours, {"column": "mail", "matches": ".*@.*"}, key=["id"], pii=["mail", "id"])
    assert message.split("\n")[1] == "row 2 (id = (personal data)): mail = (personal data)"


def test_the_declared_key_is_unique_and_never_missing(repository):
    repository.put("clean.parquet", {"a": [1, 1, None, 2, None], "b": ["x", "x", "x", "x", "y"]})
    assert found(repository, key=["a", "b"]) == [
        ("MLS0630", "rule `key`: column `a`: 2 of 5 rows (40%) are missing\nrow 3 (a = missing, b = x)\nrow 5 (a = missing, b = y)"),
        ("MLS0630", "rule `key`: 1 of 5 rows (20%) repeat the `a`, `b` of an earlier row\nrow 2 (a = 1, b = x)"),
    ]


def test_missing_values_repeat_each_other(repository):
    repository.put("clean.parquet", {"a": [1, None, None]})
    ((_, message),) = found(repository, {"unique": ["a"]})
    assert message == "rule `r1`: column `a`: 1 of 3 rows (33.33%) repeat the `a` of an earlier row\nrow 3: a = missing"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rowCount": {"min": 5}}, "there are 4 rows, less than 5"),
        ({"rowCount": {"max": 3}}, "there are 4 rows, more than 3"),
        ({"column": "hour", "mean": {"between": [0, 5]}}, "column `hour`: the mean is 9.666666667, not between 0 and 5"),
        ({"column": "hour", "quantile": {"q": 0.5, "max": 4}}, "column `hour`: the 0.5 quantile is 5, more than 4"),
        ({"classBalance": {"column": "w", "min": 0.4}}, "column `w`: class a has 33.33% of the rows, less than 40%"),
        ({"sql": {"query": "select count(*) from data where hour > 20", "max": 0}}, "the query gives 1, more than 0"),
        ({"sql": {"query": "select max(hour) from data where id < 0", "max": 0}}, "the query gives nothing, not one number"),
        ({"sql": {"query": "select hour from data", "max": 0}}, "the query gives nothing, not one number"),
    ],
)
def test_rules_about_the_table(hours, rule, message):
    assert found(hours, rule) == [("MLS0630", f"rule `r1`: {message}")]
    (again,) = hours.fails("validate", rules(rule, on_failure="quarantine"))
    assert again.code == "MLS0630", "no rows can be put aside for a rule about the table: it fails"
    assert again.help.startswith("clean the data, or change the rule")


def test_rules_that_hold(hours):
    hours.run(
        "validate",
        rules(
            {"rowCount": {"min": 4, "max": 4}},
            {"column": "hour", "mean": {"min": 9, "max": 10}, "quantile": {"q": 0.5, "between": [5, 5]}, "in": [5, 25, -1]},
            {"column": "w", "in": ["a", "b", "zz"], "matches": "[a-z]+"},
            {"classBalance": {"column": "w", "min": 0.33}},
            {"expression": "id >= 10"},
            {"sql": {"query": "select count(*) from data;", "min": 4, "max": 4}},
            {"rowCountChange": {"maxDecrease": 0.1}},
        ),
    )
    assert hours.json("validation.json")["passed"] == 7


def test_a_single_class_is_no_balance(repository):
    repository.put("clean.parquet", {"c": ["a", "a"]})
    assert found(repository, {"classBalance": {"column": "c", "min": 0.1}})[0][1] == "rule `r1`: column `c`: there is only one class"


def test_a_warning_lets_the_rows_pass(hours, capsys):
    hours.run("validate", rules({"column": "hour", "notNull": True, "onFailure": "warn"}))
    assert len(hours.parquet("valid.parquet")) == 4
    assert "warning[MLS0632]: rule `r1`: column `hour`: 1 of 4 rows (25%) are missing\n  row 3: hour = missing\n" in capsys.readouterr().err
    assert hours.json("validation.json")["warned"] == 1


def test_quarantine_puts_bad_rows_aside_and_goes_on(hours, capsys):
    hours.run(
        "validate",
        rules(
            {"name": "in-day", "column": "hour", "between": [0, 23], "onFailure": "quarantine"},
            {"name": "known", "column": "w", "notNull": True, "in": ["a", "b"], "onFailure": "quarantine"},
            {"name": "few", "rowCount": {"max": 1}},
        ),
    )
    assert hours.parquet("valid.parquet").id.tolist() == [10]
    aside = hours.parquet("quarantine.parquet")
    assert list(zip(aside.id, aside.rule, strict=True)) == [(11, "in-day"), (12, "known"), (13, "in-day, known")]
    summary = hours.json("validation.json")
    assert (summary["rows"], summary["quarantined"], summary["failed"]) == (1, 3, 0), "rules about the table see the rows that stay"
    assert hours.json("profile.json")["last"]["rows"] == 1
    told = capsys.readouterr().err
    assert "MLS0633" in told
    assert "rule `in-day`: column `hour`: 2 of 4 rows" in told
    assert "row 2: hour = 25" in told


def test_rows_in_quarantine_can_make_the_key_unique_again(repository):
    repository.put("clean.parquet", {"k": [1, 1, 2], "v": [0, -1, 0]})
    repository.run("validate", rules({"column": "v", "between": [0, 1], "onFailure": "quarantine"}, key=["k"]))
    assert repository.parquet("valid.parquet").v.tolist() == [0, 0]


def test_when_every_row_is_bad_it_fails(repository):
    repository.put("clean.parquet", {"v": [1, 2]})
    codes = [d.code for d in repository.fails("validate", rules({"column": "v", "between": [5, 6], "onFailure": "quarantine"}))]
    assert codes[0] == "MLS0626"


def test_the_row_count_is_compared_with_the_last_accepted_snapshot(repository):
    limits = rules({"rowCountChange": {"maxDecrease": 0.2, "maxIncrease": 0.5}})
    repository.put("clean.parquet", {"v": list(range(100))})
    repository.run("validate", limits)
    repository.put("clean.parquet", {"v": list(range(79))})
    for _ in range(2):
        (only,) = repository.fails("validate", limits)
        assert only.message == "rule `r1`: there are 79 rows, 21% fewer than the 100 accepted last, of at most 20%"
    repository.put("clean.parquet", {"v": list(range(80))})
    repository.run("validate", limits)
    profile = repository.json("profile.json")
    assert (profile["first"]["rows"], profile["last"]["rows"]) == (100, 80)


def test_a_broken_profile_is_told(hours):
    (hours.folder / "profile.json").write_text("<<<<<<< HEAD\n")
    assert hours.fails("validate", rules())[0].code == "MLS0603"


def test_the_profile_says_what_was_accepted_and_no_personal_data(repository):
    days = [datetime.fromisoformat("2020-01-01") + timedelta(days=i) for i in range(5)]
    repository.put("clean.parquet", {"n": [1, 2, 3, 4, None], "t": days, "s": list("aabbc"), "mail": list("vwxyz"), "age": [1, 2, 3, 4, 5]})
    drift = {"columns": ["s"], "method": "psi", "max": 1.0, "against": "previous"}
    repository.run("validate", rules({"drift": drift}, pii=["mail", "age"]))
    columns = repository.json("profile.json")["last"]["columns"]
    assert (columns["n"]["min"], columns["n"]["max"]) == (1, 4)
    assert (columns["n"]["missing"], len(columns["n"]["quantiles"]), sum(columns["n"]["shares"])) == (1, 21, 1.0)
    assert (columns["t"]["min"], columns["t"]["max"]) == ("2020-01-01 00:00:00", "2020-01-05 00:00:00")
    assert columns["s"]["values"] == {"a": 0.4, "b": 0.4, "c": 0.2}
    assert set(columns["mail"]) == set(columns["age"]) == {"type", "missing", "missingShare"}


def drift(method="psi", limit=0.25, against="previous", columns=("x",), **more):
    return rules({"drift": {"columns": list(columns), "method": method, "max": limit, "against": against, **more}})


@pytest.mark.parametrize("method", ["psi", "js", "wasserstein"])
def test_drift_against_the_previous_and_the_first_snapshot(repository, method):
    base = [float(i % 100) for i in range(1000)]
    repository.put("clean.parquet", {"x": base})
    repository.run("validate", drift(method))
    repository.put("clean.parquet", {"x": [v + 0.5 for v in base]})
    repository.run("validate", drift(method))
    repository.put("clean.parquet", {"x": [v + 60 for v in base]})
    for against in ("previous", "first"):
        (only,) = repository.fails("validate", drift(method, against=against))
        assert only.message.startswith(f"rule `r1`: column `x`: {method} against the {against} accepted rows is ")
        assert only.message.endswith(", more than 0.25")


def test_drift_against_another_source_and_of_categories(repository):
    import pyarrow as pa
    import pyarrow.parquet as pq

    other = repository.root / "pipelines/data/old/valid.parquet"
    other.parent.mkdir(parents=True)
    pq.write_table(pa.table({"x": ["a"] * 90 + ["b"] * 10}), other)
    against = {"against": "old", "path": "../old/valid.parquet"}
    repository.put("clean.parquet", {"x": ["a"] * 88 + ["b"] * 12})
    repository.run("validate", drift(**against))
    repository.put("clean.parquet", {"x": ["a"] * 20 + ["c"] * 80})
    (only,) = repository.fails("validate", drift(**against))
    assert only.message.startswith("rule `r1`: column `x`: psi against source/old is ")


def accept(repository, rule, given):
    repository.put("clean.parquet", {"x": given})
    repository.run("validate", rule)


REFERENCES = {
    "lowest decile is the minimum": [0.0] * 150 + [float(i) for i in range(850)],
    "constant": [7.0] * 1000,
    "constant, large": [12345678901.0] * 1000,
    "a cap": [float(i) for i in range(900)] + [900.0] * 100,
    "few values": [float(i % 4) for i in range(1000)],
}


@pytest.mark.parametrize("method", ["psi", "js"])
@pytest.mark.parametrize("shift", [-1e6, 1e6])
@pytest.mark.parametrize("given", REFERENCES.values(), ids=REFERENCES)
def test_rows_beyond_the_ends_of_the_reference_are_seen(repository, method, shift, given):
    accept(repository, drift(method), given)
    repository.run("validate", drift(method))
    assert repository.json("validation.json")["rules"]["r1"]["drift.x"] == 0
    repository.put("clean.parquet", {"x": [v + shift for v in given]})
    (only,) = repository.fails("validate", drift(method))
    assert "more than 0.25" in only.message


@pytest.mark.parametrize("method", ["psi", "js"])
def test_what_many_rows_have_in_common_can_move_by_little(repository, method):
    for given, moved in (
        ([0.0] * 500 + [float(i) for i in range(1, 501)], -0.5),
        ([float(i) for i in range(500)] + [500.0] * 500, 0.5),
    ):
        (repository.folder / "profile.json").unlink(missing_ok=True)
        accept(repository, drift(method), given)
        top = max(set(given), key=given.count)
        repository.put("clean.parquet", {"x": [v + moved if v == top else v for v in given]})
        assert "more than 0.25" in repository.fails("validate", drift(method))[0].message


def test_the_same_kind_of_rows_is_no_drift(repository):
    import numpy as np

    rng = np.random.default_rng(3)
    for draw in (rng.normal, rng.exponential, lambda size: rng.poisson(0.7, size), lambda size: np.minimum(rng.exponential(size=size), 1)):
        (repository.folder / "profile.json").unlink(missing_ok=True)
        accept(repository, drift(), np.asarray(draw(size=2000)).astype(float))
        repository.put("clean.parquet", {"x": np.asarray(draw(size=2000)).astype(float)})
        repository.run("validate", drift(limit=0.05))


@pytest.mark.parametrize(
    ("method", "then", "now", "reason"),
    [
        ("psi", [1.0, 2.0], ["n/a", "n/a"], "number then, text now"),
        ("js", ["a", "b"], [1, 2], "text then, number now"),
        ("psi", [True, False], ["true", "false"], "boolean then, text now"),
        ("wasserstein", [1.0, 2.0], [float("nan"), float("nan")], "every value is missing now"),
        ("wasserstein", [float("nan"), float("nan")], [1.0, 2.0], "every value was missing then"),
        ("psi", [f"id-{i}" for i in range(300)], [f"other-{i}" for i in range(300)], "so many values"),
    ],
)
def test_drift_that_can_not_be_compared_fails(repository, method, then, now, reason):
    accept(repository, drift(method), then)
    repository.put("clean.parquet", {"x": now})
    for against in ("previous", "first"):
        (only,) = repository.fails("validate", drift(method, against=against))
        assert only.code == "MLS0630"
        assert f"column `x`: it can't be compared with the {against} accepted rows: {reason}" in only.message
        assert "delete profile.json" in only.message
    assert repository.json("validation.json")["rules"]["r1"] == {"status": "fail", "drift.x": None}


def test_drift_of_a_column_that_was_not_there_fails_and_a_new_rule_on_an_old_column_starts_now(repository, capsys):
    accept(repository, rules(), ["a", "b"])
    repository.put("clean.parquet", {"x": ["a", "b"], "y": [1, 2]})
    (only,) = repository.fails("validate", drift(columns=["y"]))
    assert "they have no such column" in only.message
    repository.put("clean.parquet", {"x": ["c", "c"]})
    repository.run("validate", drift())
    assert "no rule named it when the previous accepted rows were accepted" in capsys.readouterr().err
    repository.put("clean.parquet", {"x": ["a", "b"]})
    assert "more than 0.25" in repository.fails("validate", drift())[0].message


def test_drift_of_personal_data_is_refused_where_nothing_of_it_is_kept(repository):
    repository.put("clean.parquet", {"x": ["a", "b"]})
    (only,) = repository.fails("validate", drift() | {"pii": ["x"]})
    assert (only.code, only.message) == (
        "MLS0631",
        "rule `r1`: column `x` is personal data, of which the snapshot keeps nothing to compare with",
    )


def test_psi_and_js_are_the_formulas_of_their_sources():
    import numpy as np
    from scipy.spatial.distance import jensenshannon

    from mlspec.runtime.validate.drift import jensen_shannon, psi

    p, q = np.array([0.1, 0.2, 0.7]), np.array([0.3, 0.3, 0.4])
    assert psi(q, p) == pytest.approx(sum((a - b) * np.log(a / b) for a, b in zip(p, q, strict=True)))
    assert jensen_shannon(q, p) == pytest.approx(jensenshannon(p, q, base=2))
    assert psi(p, p) == jensen_shannon(p, p) == 0


def test_wasserstein_on_quantiles_is_near_the_exact_one():
    import numpy as np
    from scipy.stats import wasserstein_distance

    from mlspec.runtime.validate.drift import distance
    from mlspec.runtime.validate.profile import QUANTILES

    rng = np.random.default_rng(1)
    a, b = rng.normal(size=5000), rng.normal(0.5, 1.5, size=5000)
    sides = [{"quantiles": np.quantile(v, QUANTILES).tolist(), "std": float(v.std()), "type": "DOUBLE"} for v in (a, b)]
    assert distance("wasserstein", *sides) == pytest.approx(wasserstein_distance(a, b) / a.std(), rel=0.15)


def test_references(repository):
    import pyarrow as pa
    import pyarrow.parquet as pq

    other = repository.root / "pipelines/data/stations/valid.parquet"
    other.parent.mkdir(parents=True)
    pq.write_table(pa.table({"id": ["1", "2", None]}), other)
    settings = {"column": "station", "source": "stations", "key": "id", "path": "../stations/valid.parquet"}
    repository.put("clean.parquet", {"station": [1, 2, 9, None]})
    ((_, message),) = found(repository, {"references": settings})
    assert message == "rule `r1`: column `station`: 1 of 4 rows (25%) are not in `id` of source/stations\nrow 3: station = 9"
    ((code, message),) = found(repository, {"references": settings | {"key": "ID"}})
    assert (code, message) == ("MLS0620", "rule `r1`: source `stations`: there is no column `ID`")


DAY = datetime.fromisoformat("2024-01-01")


@pytest.mark.parametrize(
    ("mine", "theirs", "bad"),
    [
        ([1.0, 2.0, None, 2.5, 9.0], [1, 2, 3], [4, 5]),
        ([1, 2, None, 9], [1.0, 2.0, 2.5], [4]),
        ([2**53 + 1, 2**53], [float(2**53)], [1]),
        ([DAY.date(), DAY.date() + timedelta(days=1)], [DAY, DAY + timedelta(hours=24, seconds=1)], [2]),
        ([DAY, DAY + timedelta(seconds=1)], [DAY.date()], [2]),
        ([1.0, 2.0], ["1", "2.0"], [2]),
        (["1", "01"], [1, 2], [2]),
        (["true", "yes"], [True], [2]),
    ],
)
def test_references_compare_values_and_text_only_where_one_side_is_text(repository, mine, theirs, bad):
    import pyarrow as pa
    import pyarrow.parquet as pq

    other = repository.root / "pipelines/data/shops/valid.parquet"
    other.parent.mkdir(parents=True)
    pq.write_table(pa.table({"id": theirs}), other)
    settings = {"column": "x", "source": "shops", "key": "id", "path": "../shops/valid.parquet"}
    repository.put("clean.parquet", {"x": mine})
    ((_, message),) = found(repository, {"references": settings})
    assert [int(line.split()[1].rstrip(":")) for line in message.split("\n")[1:]] == bad


@pytest.mark.parametrize(("mine", "theirs"), [([1], [True]), ([DAY], [1]), ([True], [DAY.date()])])
def test_references_between_types_that_are_never_equal_are_refused(repository, mine, theirs):
    import pyarrow as pa
    import pyarrow.parquet as pq

    other = repository.root / "pipelines/data/shops/valid.parquet"
    other.parent.mkdir(parents=True)
    pq.write_table(pa.table({"id": theirs}), other)
    repository.put("clean.parquet", {"x": mine})
    settings = {"column": "x", "source": "shops", "key": "id", "path": "../shops/valid.parquet"}
    ((code, message),) = found(repository, {"references": settings})
    assert (code, message.split("`")[1]) == ("MLS0631", "r1")


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ([DAY], ["2024-01-01"]),
        ([DAY], ["2024-01-01T00:00:00Z"]),
        ([DAY.date()], ["2024-01-01 00:00:00"]),
        ([1.0, 2.0], [1, "2"]),
        ([1, 2], [1.0, "+2"]),
        ([True, False], ["yes", 0]),
        (["1", "true"], [1, True]),
    ],
)
def test_in_compares_values(repository, given, listed):
    repository.put("clean.parquet", {"x": given})
    repository.run("validate", rules({"column": "x", "in": listed}))
    repository.put("clean.parquet", {"x": [*given, given[0]][:1] * 2})
    if len(listed) > 1:
        assert found(repository, {"column": "x", "in": listed[1:]})[0][1].startswith("rule `r1`: column `x`: 2 of 2 rows")


def test_matches_sees_a_whole_number_without_a_fraction(repository):
    repository.put("clean.parquet", {"x": [12345.0, 2.5]})
    assert found(repository, {"column": "x", "matches": "[0-9]+"})[0][1].split("\n")[1:] == ["row 2: x = 2.5"]


def test_one_row_of_the_future_does_not_make_old_rows_fresh(repository):
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rule = {"fresh": {"column": "t", "within": 48 * 3600}}
    for odd in (datetime.fromisoformat("9999-12-31"), now + timedelta(hours=2)):
        repository.put("clean.parquet", {"id": [7, 8], "t": [now - timedelta(days=400), odd]})
        (_, future), (_, old) = found(repository, rule, key=["id"])
        assert "1 of 2 rows (50%) are of the future" in future
        assert f"\nrow 2 (id = 8): t = {odd}" in future
        assert "the newest value is " in old
        assert "400 days" in old
    repository.put("clean.parquet", {"t": [now - timedelta(hours=1), odd]})
    repository.run("validate", rules(rule, on_failure="quarantine"))
    assert len(repository.parquet("quarantine.parquet")) == 1
    assert repository.json("validation.json")["rules"]["r1"]["status"] == "quarantine"


def test_a_clock_or_a_time_zone_may_differ_by_a_little(repository):
    now = datetime.now(UTC).replace(tzinfo=None)
    for given in ([now + timedelta(minutes=4)], [now.date() + timedelta(days=1)]):
        repository.put("clean.parquet", {"t": given})
        repository.run("validate", rules({"fresh": {"column": "t", "within": 3600}}))
    repository.put("clean.parquet", {"t": [now.date() + timedelta(days=2)]})
    assert "are of the future" in found(repository, {"fresh": {"column": "t", "within": 3600}})[0][1]


def test_fresh_is_judged_by_the_clock(repository):
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    repository.put("clean.parquet", {"t": [now - timedelta(hours=50), now - timedelta(hours=49)]})
    repository.run("validate", rules({"fresh": {"column": "t", "within": 50 * 3600}}))
    ((_, message),) = found(repository, {"fresh": {"column": "t", "within": 48 * 3600}})
    assert "the newest value is " in message
    assert message.endswith("old; at most 2d are allowed")


PYTHON = {"python": {"callable": "checks:rule"}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("False", "rule `r1`: `checks:rule` says no"),
        ("rows[rows.hour > 20]", "rule `r1`: 1 of 4 rows (25%) are bad, `checks:rule` says\nrow 2 (id = 11)"),
        ("rows[rows.hour > 20].reset_index(drop=True).set_index('w')", "rule `r1`: 1 of 4 rows (25%) are bad, `checks:rule` says"),
    ],
)
def test_python_rules(hours, body, message):
    hours.write("checks.py", f"def rule(rows):\n    return {body}\n")
    assert found(hours, PYTHON, key=["id"]) == [("MLS0630", message)]


def test_a_python_rule_can_put_rows_aside(hours):
    hours.write("checks.py", "def rule(rows):\n    return rows[rows.hour > 20]\n")
    hours.run("validate", rules(PYTHON | {"onFailure": "quarantine"}, {"rowCount": {"max": 3}}))
    assert hours.parquet("quarantine.parquet").id.tolist() == [11]
    hours.write("checks.py", "def rule(rows):\n    return 3\n")
    import sys

    del sys.modules["checks"]
    assert found(hours, PYTHON)[0] == ("MLS0602", "`checks:rule` returned int, neither a bool nor a data frame")


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ({"column": "hours", "notNull": True}, "MLS0620", "rule `r1`: there is no column `hours`"),
        ({"unique": ["ids"]}, "MLS0620", "rule `r1`: there is no column `ids`"),
        ({"column": "w", "between": [1, 2]}, "MLS0631", "rule `r1`: `between` needs numbers, and column `w` is varchar"),
        ({"column": "w", "mean": {"min": 1}}, "MLS0631", "rule `r1`: `mean` needs numbers, and column `w` is varchar"),
        ({"column": "hour", "in": ["5", "x", 2.5]}, "MLS0631", "rule `r1`: column `hour` is bigint, and `in` lists what is none: x, 2.5"),
        ({"column": "w", "matches": "("}, "MLS0631", "rule `r1`: missing ): ("),
        ({"fresh": {"column": "w", "within": 5}}, "MLS0631", "rule `r1`: `fresh` needs times, and column `w` is varchar"),
        ({"expression": "hour > 1; drop view data"}, "MLS0623", "rule `r1`: the SQL is refused: it changes things"),
        ({"expression": "hour in (select 1)"}, "MLS0623", "rule `r1`: the SQL is refused: it holds a subquery"),
        ({"expression": "ours > 1"}, "MLS0631", 'rule `r1`: Referenced column "ours" not found in FROM clause!'),
        ({"sql": {"query": "select 1; select 2"}}, "MLS0623", "rule `r1`: the SQL is refused: it holds more than one statement"),
        ({"sql": {"query": "drop view data"}}, "MLS0623", "rule `r1`: the SQL is refused: it changes things"),
        ({"sql": {"query": "select * from read_csv('/etc/passwd')"}}, "MLS0623", "rule `r1`: the SQL is refused: the function `read_csv`"),
        ({"sql": {"query": "select count(*) from '/etc/passwd'"}}, "MLS0623", "rule `r1`: the SQL is refused: it reads `/etc/passwd`"),
        (
            {"sql": {"query": "select count(*) from duckdb_settings"}},
            "MLS0623",
            "rule `r1`: the SQL is refused: it reads `duckdb_settings`",
        ),
        ({"sql": {"query": "select count(*) from data tablesample 10%"}}, "MLS0623", "rule `r1`: the SQL is refused: a sample"),
        (
            {"sql": {"query": "select count(*) from data where now() is null"}},
            "MLS0623",
            "rule `r1`: the SQL is refused: the function `now`",
        ),
        ({"sql": {"query": "select count(*) from query_table('data')"}}, "MLS0623", "rule `r1`: the SQL is refused: the function"),
        ({"sql": {"query": "select 1, 2"}}, "MLS0631", "rule `r1`: the query gives 2 columns"),
        ({"sql": {"query": "select 'x'"}}, "MLS0631", "rule `r1`: Could not convert"),
    ],
)
def test_rules_that_can_not_be_checked(hours, rule, code, message):
    (only,) = hours.fails("validate", rules(rule))
    assert only.code == code, only.message
    assert only.message.startswith(message)


def test_the_same_rows_give_the_same_bytes(repository):
    repository.put("clean.parquet", {"x": [i / 7 for i in range(200_000)], "k": list(range(200_000))})
    given = rules({"column": "x", "between": [0, 20_000], "mean": {"min": 1}, "onFailure": "quarantine"}, key=["k"])
    digests = set()
    for _ in range(2):
        repository.run("validate", given)
        names = ("valid.parquet", "quarantine.parquet", "validation.json", "profile.json")
        digests.add(tuple(hashlib.md5((repository.folder / n).read_bytes()).hexdigest() for n in names))
    assert len(digests) == 1


def test_very_large_numbers_have_a_profile(repository):
    repository.put("clean.parquet", {"x": [1e200, -1e200, 5.0], "k": [1, 2, 3]})
    repository.run("validate", rules(key=["k"]))
    found = repository.json("profile.json")["last"]["columns"]["x"]
    assert found["std"] == pytest.approx(1e200 * (2 / 3) ** 0.5)
