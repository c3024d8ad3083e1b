"""The stage `labels`: files of annotators read, settled, judged and joined; the same labels are the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.label_world import annotation, export, task
from support.work import nested_too_deep

from mlspec.diagnostics import Problems
from mlspec.runtime.labels.found import Place, moment
from mlspec.runtime.labels.values import key_of, label_of, one_choice

KEYS = list(range(40))
STUDIO = {"labelStudio": {"export": "../../../labels/export.json"}}
OWN = {"csv": {"path": "../../../labels/own.csv", "label": "tag", "annotator": "who", "time": "at"}}


def params(**more: Any) -> dict[str, Any]:
    form = {"input": "valid.parquet", "key": "ticket_id", "label": "topic", "type": "string", "several": "refuse", "resolve": "majority"}
    given = {**form, "scale": "nominal", "seed": 7, **more}
    return given if "csv" in given else STUDIO | given


@pytest.fixture
def stage(repository):
    repository.put("valid.parquet", {"ticket_id": KEYS, "words": [1.0] * len(KEYS)})
    return repository


def tasks(said: Mapping[int, list[Any]]) -> str:
    return json.dumps(
        [task(n, [annotation(a, i + 1) if isinstance(a, str | list) else a for i, a in enumerate(all_)]) for n, all_ in said.items()]
    )


def labels(stage) -> dict[Any, Any]:
    found = stage.parquet("labels.parquet")
    return dict(zip(found.ticket_id, found.topic, strict=True))


def read(stage, said: Mapping[int, list[Any]], **more: Any) -> dict[Any, Any]:
    stage.write("labels/export.json", tasks(said))
    stage.run("labels", params(**more))
    return labels(stage)


def refused(stage, said: Mapping[int, list[Any]], **more: Any) -> Any:
    stage.write("labels/export.json", tasks(said))
    (only,) = [d for d in stage.fails("labels", params(**more)) if d.is_error]
    return only


def test_annotations_are_votes_and_what_is_none_is_left_out(stage) -> None:
    odd = annotation("b", 3, was_cancelled=True)
    assert read(stage, {1: ["a", "a", odd], 2: ["a", "b", "b"], 3: [], 4: [{"completed_by": 1, "result": []}], 5: ["b"]}) == {
        1: "a",
        2: "b",
        5: "b",
    }
    found = stage.json("labels.json")
    assert found["annotations"] == {"tasks": 5, "unlabelled": 2, "skipped": 1, "used": 6}
    assert found["rows"] == {"source": 40, "labelled": 3, "lacking": 0}
    assert found["conflicts"] == {"keys": 1, "majority": 1}
    assert found["annotators"]["1"] == {"annotations": 3, "compared": 2, "agreeing": 1}


def test_a_prediction_is_no_annotation(stage) -> None:
    text = json.dumps([task(1, [annotation("a")]) | {"predictions": [annotation("b"), annotation("b", 2)]}])
    stage.write("labels/export.json", text)
    stage.run("labels", params())
    assert labels(stage) == {1: "a"}


def test_a_tie_is_a_conflict_and_a_line_settles_it(stage) -> None:
    said = {1: ["a", "b"], 2: ["a", "a"], 3: ["b", "a"]}
    assert read(stage, said) == {2: "a"}
    assert (stage.folder / "conflicts.csv").read_text() == "ticket_id,topic,how,votes\n1,,open,a: 1; b: 1\n3,,open,a: 1; b: 1\n"
    stage.write("labels/adjudicated.csv", "ticket_id,topic,why\n1,b,read it\n9,a,\n")
    assert read(stage, said, adjudicated={"file": "../../../labels/adjudicated.csv"}) == {1: "b", 2: "a", 9: "a"}
    assert stage.json("labels.json")["conflicts"] == {"keys": 2, "adjudicated": 1, "open": 1}


def test_refuse_stops_and_leaves_the_last_labels(stage) -> None:
    assert read(stage, {1: ["a", "a"]}, resolve="refuse") == {1: "a"}
    found = refused(stage, {1: ["a", "b"], 2: ["b"]}, resolve="refuse")
    assert (found.code, "1 key: 1" in found.message) == ("MLS0695", True)
    assert labels(stage) == {1: "a"}
    assert stage.json("labels.json")["conflicts"] == {"keys": 1, "open": 1}


def test_the_latest_by_time_and_never_by_order(stage) -> None:
    early, late = annotation("a", 1, updated_at="2024-01-02T00:00:00Z"), annotation("b", 2, updated_at="2024-01-02T01:30:00+01:00")
    same = annotation("b", 2, updated_at="2024-01-02T01:00:00+01:00")
    assert read(stage, {1: [late, early], 2: [early, same], 3: [same, annotation("b", 3)]}, resolve="latest") == {1: "b", 3: "b"}
    timeless = annotation("b", 2, updated_at=None)
    assert refused(stage, {1: [early, timeless]}, resolve="latest").code == "MLS0694"


def test_an_annotator_has_one_vote_a_key(stage) -> None:
    first, then = annotation("a", 1, updated_at="2024-01-02T00:00:00Z"), annotation("b", 1, updated_at="2024-01-03T00:00:00Z")
    assert read(stage, {1: [then, first, annotation("b", 2), annotation("a", 3)]}) == {1: "b"}
    again = annotation("b", 1, updated_at="2024-01-02T00:00:00Z")
    assert refused(stage, {1: [first, again]}).code == "MLS0694"


def test_ground_truth_settles_and_scores(stage) -> None:
    gold = annotation("a", 9, ground_truth=True)
    assert read(stage, {1: ["b", "b", gold], 2: ["a", "b"], 3: ["a", "b", gold]}) == {1: "a", 3: "a"}
    stage.write("labels/gold.csv", "ticket_id,topic\n2,b\n")
    assert read(stage, {1: ["b", "b", gold], 2: ["a", "b"], 3: ["a", "b", gold]}, gold={"file": "../../../labels/gold.csv"}) == {
        1: "a",
        2: "b",
        3: "a",
    }
    found = stage.json("labels.json")["annotators"]
    assert found["1"]["gold"]["right"] == 1
    assert found["2"]["gold"] | {"low": 0, "high": 0} == {"rows": 3, "right": 1, "accuracy": 0.333333333, "low": 0, "high": 0}
    assert 0.05 < found["2"]["gold"]["low"] < 0.1
    assert "9" not in found
    other = annotation("b", 9, ground_truth=True)
    assert refused(stage, {1: [gold, other]}).code == "MLS0694"


def test_dawid_and_skene_weigh_annotators(stage) -> None:
    """Three who know and two who always say the same: where two of the three differ from the rest, they are five to two no more."""
    said: dict[int, list[Any]] = {n: ["ab"[n % 2]] * 3 + ["a", "a"] for n in KEYS[:-1]}
    said[39] = ["b", "b", "a", "a", "a"]
    assert read(stage, said)[39] == "a"
    assert read(stage, said, resolve="dawid_skene")[39] == "b"
    assert stage.json("labels.json")["steps"] > 1


def test_numbers_and_ratings(stage) -> None:
    def rated(value: Any, who: int = 1, kind: str = "rating") -> dict[str, Any]:
        return annotation("", who) | {"result": [{"from_name": "topic", "type": kind, "value": {kind: value}}]}

    assert read(stage, {1: [rated(4), rated(4, 2)], 2: [rated(2, 1)]}, type="integer", scale="interval") == {1: 4, 2: 2}
    assert str(stage.parquet("labels.parquet").topic.dtype) == "int64"
    assert read(stage, {1: [rated(4.5, kind="number")]}, type="number", scale="interval") == {1: 4.5}
    assert refused(stage, {1: [rated(4.5, kind="number")]}, type="integer", scale="interval").message == "the label '4.5' is not an integer"
    assert refused(stage, {1: [rated(4)]}).help == "declare `type: number` (or integer, boolean)"


def test_several_choices(stage) -> None:
    found = refused(stage, {1: [["b", "a"]]})
    assert found.code == "MLS0691"
    assert str(found.span) == "labels/export.json:1:1"
    assert read(stage, {1: [["b", "a"], ["a", "b"]], 2: [["b"]]}, several="combine") == {1: "a|b", 2: "b"}


def test_spans_are_refused_by_name_and_line(stage) -> None:
    span = {"from_name": "topic", "type": "labels", "value": {"start": 1, "end": 2, "labels": ["x"]}}
    made = [task(1, [annotation("a")]), task(2, [annotation("a") | {"result": [span]}])]
    stage.write("labels/export.json", json.dumps(made, indent=1))
    (found,) = stage.fails("labels", params())
    assert (found.code, "marks spans of text, which has no runtime" in found.message) == ("MLS0691", True)
    assert found.span.line == json.dumps(made, indent=1).split('"id": 1002')[0].count("\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "MLS0690", "begins with `[`"),
        ("{}", "MLS0690", "begins with `[`"),
        ("[1]", "MLS0690", "a task is an object"),
        ("[{}", "MLS0690", "a comma or `]` is missing"),
        ("[\n{},\n{,}]", "MLS0690", "line 3"),
        ('[{"annotations": 3}]', "MLS0691", "no list of annotations"),
        ('[{"annotations": [{"result": {"a": 1}}]}]', "MLS0691", "`result` of an annotation is no list"),
        ('[{"completions": []}]', "MLS0691", "before 1.0"),
        ("[]", "MLS0690", "no annotation with a label"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "MLS0690", "Git LFS pointer"),
    ],
)
def test_what_is_no_export(stage, text: str, code: str, said: str) -> None:
    stage.write("labels/export.json", text)
    (found,) = stage.fails("labels", params())
    assert found.code == code
    assert said in found.message


def test_what_is_nested_too_deep_is_no_export(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json.JSONDecoder, "raw_decode", nested_too_deep)
    stage.write("labels/export.json", "[{}]")
    (found,) = stage.fails("labels", params())
    assert found.code == "MLS0690"
    assert "can't be read as JSON" in found.message


def test_a_file_that_is_not_there(stage) -> None:
    (found,) = stage.fails("labels", params())
    assert (found.code, found.message) == ("MLS0690", "`labels/export.json` is not there")


def test_several_controls(stage) -> None:
    def by(control: str) -> dict[str, Any]:
        return annotation("a") | {"result": [{"from_name": control, "type": "choices", "value": {"choices": [control]}}]}

    assert read(stage, {1: [by("mood")]}) == {1: "mood"}
    assert refused(stage, {1: [by("mood")], 2: [by("tone")]}).code == "MLS0690"
    chosen = STUDIO["labelStudio"] | {"control": "tone"}
    assert read(stage, {1: [by("mood")], 2: [by("tone")]}, labelStudio=chosen) == {2: "tone"}


def test_json_min_and_csv_say_what_json_says(stage) -> None:
    rows = [
        {"id": 7, "ticket_id": 1, "topic": "a", "annotator": 1, "annotation_id": 1, "updated_at": "2024-01-01T00:00:00Z"},
        {"id": 8, "ticket_id": 2, "topic": {"choices": ["b"]}, "annotator": {"id": 2, "email": "x@example.org"}, "annotation_id": 2},
        {"id": 9, "ticket_id": 3, "annotator": None},
    ]
    stage.write("labels/export.json", json.dumps(rows))
    stage.run("labels", params())
    assert labels(stage) == {1: "a", 2: "b"}
    assert stage.json("labels.json")["annotations"]["unlabelled"] == 1
    assert "example.org" not in (stage.folder / "labels.json").read_text()
    before = (stage.folder / "labels.parquet").read_bytes()
    stage.write("labels/export.csv", 'id,ticket_id,topic,annotator,updated_at\n7,1,a,1,\n8,2,"{""choices"": [""b""]}",2,\n9,3,,,\n')
    stage.run("labels", params(labelStudio={"export": "../../../labels/export.csv"}))
    assert (stage.folder / "labels.parquet").read_bytes() == before


def own(stage, text: str, **more: Any) -> dict[Any, Any]:
    stage.write("labels/own.csv", text)
    stage.run("labels", params(**(OWN | more)))
    return labels(stage)


def test_a_csv_of_ones_own(stage) -> None:
    assert own(stage, "ticket_id,tag,who,at\n1,a,ann,2024-01-01\n1,a,bob,2024-01-02\n2,,,\n3,,bob,\n4,b,ann,\n") == {1: "a", 4: "b"}
    assert stage.json("labels.json")["annotations"] == {"tasks": 4, "unlabelled": 2, "skipped": 1, "used": 3}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("ticket_id,tag,at\n", "has no column `who`", 1),
        ("ticket_id,tag,who,at\n1,a,ann\n", "the row has 3 fields, and the heading 4", 2),
        ('ticket_id,tag,who,at\n1,"a\nb",ann,\n2,a,,\n', "the label has no annotator", 4),
        ("ticket_id,tag,who,at\n,a,ann,\n", "the key `ticket_id` has no value", 2),
        ("ticket_id,ticket_id,who,at\n", "two columns `ticket_id`", 1),
    ],
)
def test_rows_that_can_t_be_used(stage, text: str, said: str, line: int) -> None:
    stage.write("labels/own.csv", text)
    (found,) = stage.fails("labels", params(**OWN))
    assert said in found.message
    assert (found.span.path, found.span.line) == ("labels/own.csv", line)


def test_keys_that_the_source_lacks_are_told(stage, capsys) -> None:
    assert read(stage, {1: ["a"], 99: ["a"]}) == {1: "a"}
    assert "warning[MLS0692]: the source has no row for 1 labelled key (an annotation): `ticket_id` 99" in capsys.readouterr().err
    assert stage.json("labels.json")["rows"]["lacking"] == 1
    assert refused(stage, {98: ["a"], 99: ["a"]}).code == "MLS0692"


def test_a_key_must_name_one_row(stage) -> None:
    stage.put("valid.parquet", {"ticket_id": [1, 1, 2], "words": [1.0] * 3})
    assert refused(stage, {1: ["a"]}).message == "`ticket_id` names several rows of the source: 1"
    assert read(stage, {2: ["a"]}) == {2: "a"}
    stage.put("valid.parquet", {"ticket_id": [1.5], "words": [1.0]})
    assert refused(stage, {1: ["a"]}).code == "MLS0693"
    stage.put("valid.parquet", {"ticket_id": [1], "Topic": ["x"]})
    assert "has a column `topic` already" in refused(stage, {1: ["a"]}).message


def test_keys_of_text(stage) -> None:
    stage.put("valid.parquet", {"ticket_id": ["007", "7", "x"]})
    assert read(stage, {7: ["a"]}) == {"7": "a"}


def test_agreement_is_judged_by_its_interval(stage) -> None:
    """Two annotators who agree on 36 of 40 keys: alpha near 0.85."""
    said: dict[int, list[Any]] = {n: ["abc"[n % 3]] * 2 for n in KEYS} | {
        n: ["abc"[n % 3], "abc"[(n + 1) % 3], "abc"[n % 3]] for n in range(4)
    }
    assert len(read(stage, said, minAgreement=0.5)) == 40
    assert 0.8 < stage.json("labels.json")["agreement"]["alpha"] < 0.9
    low = refused(stage, said, minAgreement=0.95)
    assert (low.code, low.message.startswith("Krippendorff's alpha is 0.8")) == ("MLS0696", True)
    few = refused(stage, said, minAgreement=0.8)
    assert few.message.startswith("inconclusive: ")
    assert "keys with two annotations would settle it (there are 40)" in few.message
    assert (
        "10 keys with two annotations or more are there, and 30 are needed"
        in refused(stage, dict(list(said.items())[:10]), minAgreement=0.1).message
    )
    assert "all labels are the same" in refused(stage, {n: ["a", "a"] for n in KEYS}, minAgreement=0.1).message
    assert "no key has two annotations" in refused(stage, {1: ["a"]}, minAgreement=0.1).message


def test_an_ordinal_scale_of_text(stage) -> None:
    said: dict[int, list[Any]] = {n: [("low", "mid", "high")[n % 3]] * 2 for n in KEYS} | {0: ["low", "mid"], 2: ["high", "low"]}
    read(stage, said, scale="ordinal", order=["low", "mid", "high"])
    right = stage.json("labels.json")["agreement"]["alpha"]
    read(stage, said, scale="ordinal", order=["mid", "low", "high"])
    assert stage.json("labels.json")["agreement"]["alpha"] != right
    assert refused(stage, said, scale="ordinal", order=["low", "mid"]).message == "the label 'high' is not in `order`"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.integers(0, 39), st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_bytes_are_those_of_the_settled_labels(stage, said: dict[int, list[str]], dice) -> None:
    """Other ids, dates, and order of tasks and annotations change nothing."""
    stage.write("labels/adjudicated.csv", "ticket_id,topic\n0,a\n")
    more = {"adjudicated": {"file": "../../../labels/adjudicated.csv"}}
    read(stage, said, **more)
    before = (stage.folder / "labels.parquet").read_bytes()
    made = [
        task(n, [annotation(a, i + 1, updated_at=f"20{dice.randint(10, 30)}-01-01") for i, a in enumerate(all_)], dice.randint(1, 999))
        for n, all_ in said.items()
    ]
    dice.shuffle(made)
    for one in made:
        dice.shuffle(one["annotations"])
    stage.write("labels/export.json", json.dumps(made))
    stage.run("labels", params(**more))
    assert (stage.folder / "labels.parquet").read_bytes() == before


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda v: (
            st.lists(v, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "data", "annotations", "result", "value", "choices", "type", "from_name", "ticket_id", "topic", "annotator"]
                ),
                v,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_read_or_refused(stage, value: Any) -> None:
    for text in (
        json.dumps([value]),
        json.dumps([{"data": {"ticket_id": 1}, "annotations": [value]}]),
        json.dumps([{"ticket_id": 1, "topic": value}]),
    ):
        stage.write("labels/export.json", text)
        codes = [d.code for d in _told(stage)]
        assert all(code.startswith("MLS069") for code in codes)


def _told(stage) -> list[Any]:
    from mlspec.diagnostics import Problems

    try:
        stage.run("labels", params())
    except Problems as found:
        return list(found.diagnostics)
    return []


def test_values_and_times() -> None:
    here = Place("x", 1)
    assert [key_of(v, "k", here) for v in (5, "5", 5.0, "007")] == ["5", "5", "5", "007"]
    assert [label_of(v, "boolean", here) for v in ("Yes", False, 1)] == [True, False, True]
    assert label_of("12", "integer", here) == 12
    assert one_choice(["a", "a"], "refuse", here) == "a"
    assert moment("2024-01-01T00:00:00Z") == moment("2024-01-01 01:00:00+01:00") == moment("2024-01-01")
    assert moment("soon") is None


def test_a_hundred_thousand_tasks(stage, tmp_path) -> None:
    """Counted, not timed: work grows with the tasks, and each is looked at a few times."""
    from support.work import calls

    def work(count: int) -> int:
        keys = list(range(count))
        stage.put("valid.parquet", {"ticket_id": keys})
        stage.write("labels/export.json", tasks({n: ["a", "b", "a"] for n in keys}))
        return calls(lambda: stage.run("labels", params()))

    work(10)
    small, large = work(200), work(2000)
    assert large < 12 * small


def test_the_world_is_an_export(stage) -> None:
    stage.put("valid.parquet", {"ticket_id": list(range(200))})
    stage.write("labels/export.json", export())
    stage.run("labels", params())
    assert len(labels(stage)) == 120


CSV = "ticket_id,tag,who,at\n"


@pytest.mark.parametrize(
    ("rows", "more", "code"),
    [
        ("77,a,ann,\n77,b,bob,\n", {}, "MLS0695"),
        ("77,a,ann,\n77,b,bob,\n", {"resolve": "refuse"}, "MLS0695"),
        ("77,a,ann,\n77,b,bob,\n", {"resolve": "latest"}, "MLS0694"),
        ("77,a,ann,\n77,b,ann,\n", {}, "MLS0694"),
        ("77,a,ann,\n78,a,ann,\n", {}, "MLS0693"),
        ("79,a,ann,\n", {}, "MLS0692"),
        ("79,a,ann,\n1,a,ann,\n", {}, "MLS0692"),
        ("1,a,ann,\n", {"gold": "77,a\n77,b\n"}, "MLS0694"),
        ("1,a,ann,\n", {"gold": "79,a\n"}, "MLS0692"),
    ],
)
def test_no_message_shows_a_key_that_is_personal_data(stage, capsys, rows: str, more: dict[str, Any], code: str) -> None:
    stage.put("valid.parquet", {"ticket_id": [1, 77, 78, 78], "words": [1.0] * 4})
    stage.write("labels/own.csv", CSV + rows)
    given = dict(more)
    if "gold" in given:
        stage.write("labels/gold.csv", "ticket_id,topic\n" + given["gold"])
        given["gold"] = {"file": "../../../labels/gold.csv"}
    told = []
    for pii in ({"pii": True}, {}):
        try:
            stage.run("labels", params(**OWN, **given, **pii))
            told.append(capsys.readouterr().err)
        except Problems as problems:
            told.append(" ".join(f"{d.code} {d.message} {d.help}" for d in problems.diagnostics))
    masked, plain = told
    assert code in masked
    assert "(personal data)" in masked
    for key in ("77", "78", "79"):
        assert key not in masked
    assert any(key in plain for key in ("77", "78", "79")), "else the rows show nothing"
