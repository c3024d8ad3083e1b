"""What is wrong with a JSON file is told with its line."""

from __future__ import annotations

import pytest


def params(form):
    return {"format": form, "read": {}, "file": {"path": f"../../../data/x.{form}"}}


@pytest.mark.parametrize(
    ("form", "text", "message", "fix"),
    [
        ("json", '[{"a": 1},\n {"a": }]', "line 2, column 8: Expecting value", "mend it there"),
        ("json", '[{"a": 1}]\nmore', "line 2, column 1: Extra data", "mend it there"),
        ("json", '[{"a": 1},\n{"a": "é"}]'.encode("latin-1"), "line 2 is not utf-8 text", "JSON is UTF-8"),
        ("json", '[{"a": 1}]'.encode("utf-16"), "it is utf-16 text", "JSON is UTF-8"),
        ("jsonl", '{"a": 1}\n\n{"a":\n', "line 3, column 6: Expecting value", "is one line"),
        ("jsonl", '\ufeff{"a": 1}\n{"a" 2}\n', "line 2, column 6: Expecting ':' delimiter", "mend it there"),
        ("jsonl", '{"a": 1}\n[2]\n', "line 2 is no object", "write each row as an object"),
        ("jsonl", '{"a": 1}\n{"a": "é"}'.encode("latin-1"), "line 2 is not utf-8 text", "JSON is UTF-8"),
    ],
)
def test_the_place_and_the_fix(repository, form, text, message, fix):
    repository.write(f"data/x.{form}", text)
    (only,) = repository.fails("ingest", params(form))
    assert (only.code, only.message) == ("MLS0612", f"`x.{form}` can't be read as {form}: {message}")
    assert fix in only.help


def test_no_message_names_a_path_of_the_machine(repository):
    repository.write("data/x.json", '[{"a": 1, "a": 2}]')
    (only,) = repository.fails("ingest", params("json"))
    assert "duplicate key" in only.message
    assert str(repository.root) not in only.message


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_rows(repository, form):
    rows = '{"a": 1}\n{"a": 2}\n' if form == "jsonl" else '[{"a": 1}, {"a": 2}]'
    repository.write(f"data/x.{form}", f"\ufeff{rows}")
    repository.run("ingest", params(form))
    assert repository.parquet("raw.parquet").to_dict("list") == {"a": [1, 2]}
