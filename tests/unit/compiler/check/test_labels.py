"""A LabelSet fits its source, and a Model fits its LabelSet; what does not is told at its place."""

from __future__ import annotations

import pytest
from support.label_world import SPECS
from support.projects import compile_texts

LABELS, MODEL = "specs/ticket-topics.yaml", "specs/topics.yaml"


def told(path: str, old: str, new: str) -> list[tuple[str, str, int]]:
    assert old in SPECS[path]
    found = compile_texts(SPECS | {path: SPECS[path].replace(old, new)}).diagnostics
    return [(d.code, d.message, d.span.line if d.span else 0) for d in found]


def test_the_world_is_sound_and_labels_come_between() -> None:
    found = compile_texts(SPECS)
    assert found.diagnostics == ()
    assert found.graph is not None
    assert [p.ref for p in found.graph.pipelines] == ["source/tickets", "labels/ticket-topics", "model/topics"]
    labels, model = found.graph.pipelines[1:]
    assert labels.upstream == ("source/tickets",)
    assert model.upstream == ("source/tickets", "labels/ticket-topics")
    assert "pipelines/labels/ticket-topics/labels.parquet" in model.stages[0].deps
    assert model.stages[0].params["labels"] == {"input": "../../labels/ticket-topics/labels.parquet", "key": "ticket_id"}
    assert labels.stages[0].params["labelStudio"] == {"export": "../../../labels/export.json"}
    assert {"labels/export.json", "labels/adjudicated.csv", "pipelines/data/tickets/valid.parquet"} <= {*labels.stages[0].deps}
    assert found.project is not None
    assert "labels/ticket-topics" in [b.ref for b in found.project.closure("topics")]


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "line"),
    [
        (MODEL, "target: topic", "target: words", "MLS0427", 8),
        (MODEL, "labels: ticket-topics", "labels: ticket-topic", "MLS0302", 7),
        (MODEL, "task: multiclass", "task: regression", "MLS0427", 5),
        (LABELS, "label: topic", "label: Words", "MLS0427", 8),
        (LABELS, "label: topic", "label: topic\n  type: number", "MLS0427", 5),
        (LABELS, "key: ticket_id", "key: ticket", "MLS0410", 6),
        (LABELS, "source: tickets", "source: ticket", "MLS0302", 5),
        (LABELS, "label: topic", "label: topic\n  resolve: dawid_skene\n  type: number", "MLS0112", 9),
    ],
)
def test_what_does_not_fit(path: str, old: str, new: str, code: str, line: int) -> None:
    found = told(path, old, new)
    assert (code, line) in [(c, at) for c, _, at in found], found


def test_rows_of_another_source() -> None:
    other = SPECS["specs/tickets.yaml"].replace("name: tickets}", "name: mails}")
    found = compile_texts(SPECS | {"specs/mails.yaml": other, MODEL: SPECS[MODEL].replace("data: tickets", "data: mails")}).diagnostics
    assert [d.message for d in found if d.code == "MLS0427"] == [
        "`labels/ticket-topics` labels the rows of `tickets`, and the model reads those of `mails`"
    ]


def test_a_slice_by_the_label_is_a_column() -> None:
    kpis = SPECS["specs/topics-kpis.yaml"].replace('"accuracy >= 0.5"', "{metric: accuracy, min: 0.5, slice: {by: topic}}")
    assert [d.code for d in compile_texts(SPECS | {"specs/topics-kpis.yaml": kpis}).diagnostics] == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("csv: {path: a.csv, label: t}\n  resolve: latest", "`resolve: latest` needs the time of each annotation"),
        ("csv: {path: a.csv, label: t}\n  resolve: dawid_skene", "`resolve: dawid_skene` needs to know who annotated"),
        ("csv: {path: a.csv, label: t}\n  scale: interval", "an interval scale is of numbers, and the labels are string"),
        ("csv: {path: a.csv, label: t}\n  scale: ordinal", "an ordinal scale of text needs the order"),
        ("csv: {path: a.csv, label: t}\n  order: [a, b]", "`order` belongs to an ordinal scale of text"),
        ("csv: {path: a.csv, label: t}\n  labelStudio: {export: b.json}", "exactly one of"),
    ],
)
def test_keys_that_exclude_each_other(spec: str, said: str) -> None:
    found = told(LABELS, "labelStudio: {export: labels/export.json}", spec)
    assert any(message.startswith(f"`spec`: {said}") for _, message, _ in found), found


def test_labels_that_no_model_learns_from_are_told() -> None:
    from mlspec.compiler.lint import Wish

    specs = {path: text for path, text in SPECS.items() if path not in (MODEL, "specs/topics-kpis.yaml")}
    found = compile_texts(specs, wish=Wish()).diagnostics
    assert "no model learns from `labels/ticket-topics`" in [d.message for d in found if d.code == "MLS1040"]
    assert "MLS1040" not in [d.code for d in compile_texts(SPECS, wish=Wish()).diagnostics]
