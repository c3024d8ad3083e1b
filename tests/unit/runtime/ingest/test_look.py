from __future__ import annotations

import gzip

import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.ingest.look import look


@pytest.mark.parametrize(
    ("content", "read", "types"),
    [
        (b"a,b\n1,x\n2,y\n", {}, {"a": "integer", "b": "string"}),
        (b"a;b\n1,5;x\n2,5;y\n", {"delimiter": ";"}, {"a": "string", "b": "string"}),
        (b"a\tb\n1.5\t2024-01-31\n2\t2024-02-29\n", {"delimiter": "\t"}, {"a": "number", "b": "date"}),
        (b"a|b\n2024-01-31 10:00:00|007\n2024-02-29 10:00:00|008\n", {"delimiter": "|"}, {"a": "timestamp", "b": "string"}),
        (b"a,b\n1,NA\n2,3\n-,4\n", {"nullValues": ["", "-", "NA"]}, {"a": "integer", "b": "integer"}),
        ("a;b\n1;Köln €\n".encode("cp1252"), {"encoding": "windows-1252", "delimiter": ";"}, {"a": "integer", "b": "string"}),
        ("a,b\n1,Köln\n".encode("latin-1"), {"encoding": "latin-1"}, {"a": "integer", "b": "string"}),
        ("a\tb\r\n1\tKöln\r\n".encode("utf-16"), {"encoding": "utf-16", "delimiter": "\t"}, {"a": "integer", "b": "string"}),
        (b"only\n1\n2\n", {}, {"only": "integer"}),
        (b'a,b\n"x;y;z",1\n"x;y",2\n', {}, {"a": "string", "b": "integer"}),
    ],
)
def test_delimiter_encoding_missing_words_and_types_are_found(tmp_path, content, read, types):
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    found = look(path, "csv")
    assert (dict(found.read), dict(found.columns)) == (read, types)
    assert found.connection.execute("SELECT count(*) FROM data").fetchone()[0] == content.count(b"\n") - 1


def test_packed_csv_json_and_parquet(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"a;b\n1;2\n"))
    found = look(tmp_path / "d.csv.gz", "csv")
    assert (found.read, found.columns) == ({"delimiter": ";"}, (("a", "integer"), ("b", "integer")))
    (tmp_path / "d.jsonl").write_text('{"a": 1, "l": [1]}\n')
    assert look(tmp_path / "d.jsonl", "jsonl").columns == (("a", "integer"), ("l", None))
    pq.write_table(pa.table({"a": [1.5], "b": [True]}), tmp_path / "d.parquet")
    assert look(tmp_path / "d.parquet", "parquet").columns == (("a", "number"), ("b", "boolean"))


def test_options_that_are_known_stay(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(b"a;b\n1;NA\n2;3\n")
    found = look(path, "csv", {"delimiter": ";", "nullValues": [""]})
    assert dict(found.columns) == {"a": "integer", "b": "string"}
    assert [n.code for n in found.notes] == ["MLS0616"]


def test_a_file_without_rows_is_refused(tmp_path):
    (tmp_path / "d.csv").write_bytes(b"a,b\n")
    with pytest.raises(Problems) as raised:
        look(tmp_path / "d.csv", "csv")
    assert raised.value.diagnostics[0].code == "MLS0611"
