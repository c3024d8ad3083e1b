from __future__ import annotations

from datetime import datetime, timedelta

import pytest

START = datetime.fromisoformat("2020-01-01")


def split(strategy="random", **more):
    base = {"input": "valid.parquet", "target": "y", "task": "regression", "strategy": strategy, "seed": 7}
    return base | ({} if "testFrom" in more or strategy == "predefined" else {"test": 0.2}) | more


@pytest.fixture
def rows(repository):
    count = 100
    times = [START + timedelta(hours=i // 4) for i in range(count)]
    side = ["test" if i % 10 == 0 else "Train " for i in range(count)]
    columns = {
        "i": list(range(count)),
        "y": [i / 3 for i in range(count)],
        "c": ["ab"[i % 5 == 0] for i in range(count)],
        "t": times,
        "side": side,
    }
    repository.put("valid.parquet", columns | {"g": [f"g{i % 7}" for i in range(count)]})
    return repository


def sides(repository, params):
    repository.run("split", params)
    train, test = repository.parquet("train.parquet"), repository.parquet("test.parquet")
    assert train.i.is_monotonic_increasing, "rows keep their order"
    assert not set(train.i) & set(test.i)
    return train, test


def test_random_is_reproducible_and_depends_on_the_seed(rows):
    train, test = sides(rows, split())
    assert (len(train), len(test)) == (80, 20)
    first = (rows.folder / "test.parquet").read_bytes()
    assert sides(rows, split())[1].i.tolist() == test.i.tolist()
    assert (rows.folder / "test.parquet").read_bytes() == first
    assert sides(rows, split(seed=8))[1].i.tolist() != test.i.tolist()
    assert list(train) == ["i", "y", "c", "t", "side", "g"]


def test_no_instant_stands_on_both_sides_of_a_time_split(rows):
    train, test = sides(rows, split("time", timeColumn="t", test=0.21))
    assert train.t.max() < test.t.min()
    assert (len(train), len(test)) == (76, 24)
    assert rows.json("split.json") == {
        "rows": 100,
        "share": 0.24,
        "left_out": 0,
        "train": {"rows": 76, "first": "2020-01-01T00:00:00", "last": "2020-01-01T18:00:00"},
        "test": {"rows": 24, "first": "2020-01-01T19:00:00", "last": "2020-01-02T00:00:00"},
    }


def test_rows_in_the_gap_stand_on_no_side(rows):
    train, test = sides(rows, split("time", timeColumn="t", testFrom="2020-01-01 19:00", gap=3600.0))
    assert str(test.t.min()) == "2020-01-01 19:00:00"
    assert str(train.t.max()) == "2020-01-01 17:00:00", "18:00 is within the hour before the test"
    assert rows.json("split.json")["left_out"] == 4


@pytest.mark.parametrize("text", ["2020-01-01", "2020-01-01T12:00", "2020-01-01 12:00:00"])
def test_instants_of_the_language_are_read(rows, text):
    if text == "2020-01-01":
        assert rows.fails("split", split("time", timeColumn="t", testFrom=text))[0].code == "MLS0642"
    else:
        assert len(sides(rows, split("time", timeColumn="t", testFrom=text))[0]) == 48


def test_stratified_keeps_each_classes_share(rows):
    train, test = sides(rows, split("stratified", target="c", task="binary"))
    assert test.c.value_counts().to_dict() == {"a": 16, "b": 4}
    assert train.c.value_counts().to_dict() == {"a": 64, "b": 16}


def test_stratified_takes_tenths_for_regression(rows):
    test = sides(rows, split("stratified", test=0.1))[1]
    assert sorted(int(y * 3) // 10 for y in test.y) == list(range(10))


def test_no_group_stands_on_both_sides(rows):
    train, test = sides(rows, split("group", group="g", test=0.3))
    assert not set(train.g) & set(test.g)
    assert test.g.nunique() == 2


def test_listed_groups_are_the_test_whatever_the_seed(rows):
    train, test = sides(rows, split("group", group="g", testGroups=["g1", "g5"], seed=1))
    assert set(test.g) == {"g1", "g5"}
    assert set(train.g) == {"g0", "g2", "g3", "g4", "g6"}
    assert len(train) + len(test) == 100
    assert sides(rows, split("group", group="g", testGroups=["g5", "g1"], seed=2))[1].equals(test)


def test_groups_that_are_numbers_or_flags_are_listed_as_text(repository):
    repository.put("valid.parquet", {"i": [0, 1, 2, 3], "y": [1.0, 2.0, 3.0, 4.0], "n": [1, 2, 3, 3], "f": [True, False, False, False]})
    assert sides(repository, split("group", group="n", testGroups=["3"]))[1].y.tolist() == [3.0, 4.0]
    assert sides(repository, split("group", group="f", testGroups=["true"]))[1].y.tolist() == [1.0]


def test_predefined(rows):
    test = sides(rows, split("predefined", column="side"))[1]
    assert test.i.tolist() == list(range(0, 100, 10))


def test_where_leaves_rows_out(rows):
    train, test = sides(rows, split(where="i >= 50 AND c = 'a'"))
    assert len(train) + len(test) == 40
    assert rows.fails("split", split(where="i > 1000"))[0].code == "MLS0626"
    assert rows.fails("split", split(where="i > 1; DROP TABLE x"))[0].code == "MLS0623"
    assert rows.fails("split", split(where="nope > 1"))[0].code == "MLS0624"


def test_data_without_the_target_has_a_near_name(rows):
    (only,) = rows.fails("split", split(target="Y"))
    assert (only.code, only.message, only.help) == ("MLS0640", "the rows have no column `Y`, which is the target", "did you mean `y`?")


def test_missing_targets_are_refused_with_their_count_and_the_fix(repository):
    repository.put("valid.parquet", {"i": [1, 2, 3, 4], "y": [1.0, None, float("nan"), 2.0]})
    (only,) = repository.fails("split", split())
    assert (only.code, only.message) == ("MLS0641", "the target `y` is missing in 2 of 4 rows")
    assert "`where: '\"y\" IS NOT NULL'`" in only.help


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (split(test=0.999), "MLS0642", "the random split leaves 0 rows to train on and 100 to test with"),
        (split(test=0.001), "MLS0642", "the random split leaves 100 rows to train on and 0 to test with"),
        (split("time", timeColumn="t", testFrom="2030-01-01"), "MLS0642", "the time split leaves 100 rows to train on and 0 to test with"),
        (split("time", timeColumn="t", gap=1e9), "MLS0642", "the time split leaves 0 rows to train on and 20 to test with"),
        (split("time"), "MLS0644", "the time split needs the source's `timeColumn`"),
        (split("time", timeColumn="tt"), "MLS0644", "the time split needs column `tt`, which is not there"),
        (split("time", timeColumn="c"), "MLS0644", "the time split needs times, and column `c` is varchar"),
        (split("group", group="gg"), "MLS0644", "the group split needs column `gg`, which is not there"),
        (split("predefined", column="c"), "MLS0644", "column `c` says `a`, `b` in 100 rows, and not `train` or `test`"),
        (split(target="c"), "MLS0645", "the target `c` is varchar, and regression needs numbers"),
        (split(target="y", task="binary"), "MLS0645", "the target `y` is double, and classes are text, whole numbers or booleans"),
        (
            split(target="g", task="binary"),
            "MLS0645",
            "the target `g` has 7 classes (g0, g1, g2, g3, g4 and 2 more), and `binary` means two",
        ),
        (split(target="c", task="binary", where="c = 'a'"), "MLS0643", "the target `c` has only one class (a) in the rows to train on"),
        (split("group", group="g", testGroups=["g1", "G2"]), "MLS0644", "`testGroups` names `G2`, and no row has that in column `g`"),
        (split("group", group="c", testGroups=["a", "b"]), "MLS0642", "the group split leaves 0 rows to train on and 100 to test with"),
        (split("group", group="c", where="c = 'a'"), "MLS0644", "the group split needs at least two groups, and `c` has 1"),
    ],
)
def test_splits_that_can_not_be_made(rows, params, code, message):
    (only,) = rows.fails("split", params)
    assert (only.code, only.message) == (code, message)
    assert only.help


def test_a_class_with_one_row_can_not_be_stratified(repository):
    repository.put("valid.parquet", {"i": list(range(5)), "y": ["a", "a", "b", "b", "c"]})
    (only,) = repository.fails("split", split("stratified", task="multiclass"))
    assert only.message == "class c has only one row, so it can't be on both sides of a stratified split"


def test_a_class_missing_from_the_training_is_a_warning(repository, capsys):
    repository.put("valid.parquet", {"i": list(range(6)), "y": list("ababcc"), "s": ["train"] * 4 + ["test"] * 2})
    repository.run("split", split("predefined", column="s", task="multiclass"))
    printed = capsys.readouterr().err
    assert "warning[MLS0643]: the test has classes that the training lacks: c" in printed
    assert "only one class (c) in the test" in printed


def test_a_missing_group_is_refused(repository):
    repository.put("valid.parquet", {"y": [1.0, 2.0], "g": ["a", None]})
    (only,) = repository.fails("split", split("group", group="g"))
    assert only.message == "the group split needs column `g`, which is missing in 1 of 2 rows"


LABELLED = {"target": "topic", "task": "multiclass", "labels": {"input": "labels.parquet", "key": "i"}}


def test_labels_are_joined_by_key_and_unlabelled_rows_left_out(rows):
    rows.put("labels.parquet", {"i": [*range(10, 60), 999], "topic": [None, *["ab"[n % 2] for n in range(50)]]})
    train, test = sides(rows, split(**LABELLED))
    assert sorted([*train.i, *test.i]) == list(range(11, 60))
    assert {(i, t) for i, t in zip(train.i, train.topic, strict=True)} <= {(n + 10, "ba"[n % 2]) for n in range(50)}
    assert rows.json("split.json")["labels"] == {"labelled": 49, "unlabelled": 51}
    assert list(train.columns)[-1] == "topic"


def test_where_may_name_the_label(rows):
    rows.put("labels.parquet", {"i": list(range(60)), "topic": ["abc"[n % 3] for n in range(60)]})
    train, test = sides(rows, split(**LABELLED, where="topic <> 'c'"))
    assert {*train.topic, *test.topic} == {"a", "b"}
    assert rows.json("split.json")["rows"] == 40


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"i": ["1", "2"], "topic": ["a", "b"]}, "`i` is bigint in the rows, and varchar in the labels"),
        ({"i": [1, 2], "tag": ["a", "b"]}, "the labels have no column `topic`, which is the target"),
        ({"i": [1, 1], "topic": ["a", "b"]}, "`i` names several rows, and a label is of one row"),
    ],
)
def test_labels_that_can_t_be_joined(rows, labels, said):
    rows.put("labels.parquet", labels)
    (found,) = rows.fails("split", split(**LABELLED))
    assert (found.code, found.message) == ("MLS0646", said)


def test_a_label_has_a_name_of_its_own(rows):
    rows.put("labels.parquet", {"i": [1, 2], "c": ["a", "b"]})
    (found,) = rows.fails("split", split(**(LABELLED | {"target": "c"})))
    assert "have a column `c` already" in found.message
    (found,) = rows.fails("split", split(**(LABELLED | {"labels": {"input": "labels.parquet", "key": "id"}})))
    assert found.message == "the rows have no column `id`, by which labels are joined"


def tags(repository, values):
    repository.put("valid.parquet", {"tags": values, "x": list(range(len(values)))})


def of_tags(**more):
    return split(target="tags", task="multilabel", **more)


def test_sets_of_labels_as_lists_and_as_text(rows):
    tags(rows, [["a", "b"] if i % 2 else ["a"] for i in range(50)])
    _, test = sides_of(rows, of_tags())
    assert len(test) == 10
    tags(rows, ["a;b" if i % 2 else "" for i in range(50)])
    sides_of(rows, of_tags(labelSeparator=";"))


def sides_of(repository, params):
    repository.run("split", params)
    return repository.parquet("train.parquet"), repository.parquet("test.parquet")


@pytest.mark.parametrize(
    ("values", "more", "words"),
    [
        (["a;b"] * 50, {}, "holds text in a row"),
        ([["a"]] * 50, {"labelSeparator": ";"}, "text that `labelSeparator` cuts"),
        ([["a", None]] * 50, {}, "no set of labels"),
        ([1.5] * 50, {}, "a list of texts"),
    ],
)
def test_what_is_no_set_of_labels_is_refused(rows, values, more, words):
    tags(rows, values)
    (found,) = rows.fails("split", of_tags(**more))
    assert found.code == "MLS0645" and words in found.message


def test_one_label_is_no_set(rows):
    tags(rows, [["a"] if i % 2 else [] for i in range(50)])
    (found,) = rows.fails("split", of_tags())
    assert found.code == "MLS0643" and "task: binary" in found.help


def test_a_label_that_training_lacks_is_told(rows, capsys):
    rows.put("valid.parquet", {"tags": [["a"], ["b"]] * 20 + [["new"]], "side": ["train"] * 40 + ["test"]})
    rows.run("split", split("predefined", column="side", target="tags", task="multilabel"))
    told = capsys.readouterr()
    assert "new" in told.out + told.err and "MLS0643" in told.out + told.err


def of_queries(**more):
    return split("group", group="q", query="q", task="ranking", **more)


def test_rows_of_a_query_stand_on_one_side(repository):
    repository.put("valid.parquet", {"i": list(range(60)), "y": [i % 3 for i in range(60)], "q": [f"q{i // 5}" for i in range(60)]})
    train, test = sides(repository, of_queries())
    assert not {*train.q} & {*test.q}
    assert set(test.q.value_counts()) == {5}


@pytest.mark.parametrize(
    ("columns", "more", "code", "words"),
    [
        ({"y": [0, 1, 2, 1], "g": list("abab")}, {"group": "g"}, "MLS0644", "2 values of `q`, the query, with rows on both sides"),
        ({"y": [0, -1, 2, 1]}, {}, "MLS0645", "below 0 in some rows"),
        ({"y": list("abab")}, {}, "MLS0645", "ranking needs numbers"),
        ({"y": [0, 1, 2, 1], "q": ["x", None, "y", "y"]}, {}, "MLS0644", "missing in 1 of 4 rows"),
    ],
)
def test_queries_that_can_not_be_judged(repository, columns, more, code, words):
    repository.put("valid.parquet", {"q": list("xxyy")} | columns)
    (only,) = repository.fails("split", of_queries(test=0.5) | more)
    assert only.code == code and words in only.message


@pytest.mark.parametrize("values", [[i % 10 == 0 for i in range(100)], [int(i % 10 == 0) for i in range(100)]])
def test_an_anomaly_is_true_or_1_and_keeps_its_share_on_both_sides(rows, values):
    rows.put("valid.parquet", {"i": list(range(100)), "odd": values})
    train, test = sides(rows, split("stratified", task="anomaly", target="odd"))
    assert (int(train.odd.sum()), int(test.odd.sum())) == (8, 2)


@pytest.mark.parametrize("target", ["c", "i", "y"])
def test_an_anomaly_is_nothing_else(rows, target):
    (only,) = rows.fails("split", split(task="anomaly", target=target))
    assert only.code == "MLS0645" and "true or false, or 1 or 0" in only.message and f"column: {target}" in only.help


def test_a_test_without_an_anomaly_is_told(rows, capsys):
    rows.put("valid.parquet", {"i": list(range(100)), "odd": [0] * 100})
    rows.run("split", split(task="anomaly", target="odd"))
    assert "of 20 test rows none is an anomaly by `odd`" in capsys.readouterr().err
