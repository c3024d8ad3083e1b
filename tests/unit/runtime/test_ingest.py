from __future__ import annotations

import hashlib
import json

import pytest

READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}


def csv(path: str = "../../../data/x.csv", *, text=(), **read):
    return {"format": "csv", "read": READ | read, "text": list(text), "file": {"path": path}}


def types(repository):
    import pyarrow.parquet as pq

    return {f.name: str(f.type) for f in pq.read_schema(repository.folder / "raw.parquet")}


def test_types_are_told_from_every_row_and_only_from_plain_spellings(repository):
    head = "int,num,day,time,zone,zero,yes,us,late,flag\n"
    row = "1,1.5,2012-01-31,2012-01-31 10:00:00,2012-01-31T10:00:00+02:00,007,Yes,1/2/2020,5,true\n"
    last = "-2,1e-3,2012-02-01,2012-02-01T11:00,2012-01-31T10:00:00Z,008,No,2/1/2020,x,false\n"
    repository.write("data/x.csv", head + row * 30000 + last)
    repository.run("ingest", csv())
    assert types(repository) == {
        "int": "int64",
        "num": "double",
        "day": "date32[day]",
        "time": "timestamp[us]",
        "zone": "timestamp[us]",
        "zero": "string",
        "yes": "string",
        "us": "string",
        "late": "string",
        "flag": "string",
    }
    zone = repository.parquet("raw.parquet")["zone"]
    assert str(zone.iloc[0]) == "2012-01-31 08:00:00", "an instant with a zone is kept as UTC"


def test_text_null_values_delimiter_and_quotes(repository):
    repository.write("data/x.csv", 'id;name;note\r\n01;NA;"a;""b""\nc"\r\n02;;d\r\n')
    repository.run("ingest", csv(text=["id", "unknown"], delimiter=";", nullValues=["", "NA"]))
    frame = repository.parquet("raw.parquet")
    assert frame.id.tolist() == ["01", "02"]
    assert frame.name.isna().all()
    assert frame.note.tolist() == ['a;"b"\nc', "d"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_encodings(repository, encoding):
    repository.write("data/x.csv", "städt,n\nKöln,1\n".encode(encoding))
    repository.run("ingest", csv(encoding=encoding))
    assert repository.parquet("raw.parquet").to_dict("list") == {"städt": ["Köln"], "n": [1]}


def test_a_byte_order_mark_is_no_part_of_the_first_name(repository):
    repository.write("data/x.csv", b"\xef\xbb\xbfa,b\n1,2\n")
    repository.run("ingest", csv())
    assert list(repository.parquet("raw.parquet")) == ["a", "b"]


def test_without_header_columns_are_numbered(repository):
    repository.write("data/x.csv", "1,x\n2,y\n")
    repository.run("ingest", csv(header=False))
    assert repository.parquet("raw.parquet").to_dict("list") == {"column0": [1, 2], "column1": ["x", "y"]}


def test_compressed_csv(repository):
    import gzip

    repository.write("data/x.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    repository.run("ingest", csv("../../../data/x.csv.gz"))
    assert repository.parquet("raw.parquet").to_dict("list") == {"a": [1], "b": [2]}


def test_the_same_input_gives_the_same_bytes(repository):
    repository.write("data/x.csv", "a,b,c\n" + "".join(f"{i},{i / 7},text{i % 13}\n" for i in range(300_000)))
    digests = set()
    for _ in range(3):
        repository.run("ingest", csv())
        digests.add(hashlib.md5((repository.folder / "raw.parquet").read_bytes()).hexdigest())
    assert len(digests) == 1
    assert repository.parquet("raw.parquet").a.is_monotonic_increasing, "rows keep their order"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "MLS0611", "`x.csv` is empty"),
        ("\n\n", "MLS0611", "`x.csv` is empty"),
        ("a,b\n", "MLS0611", "`x.csv` has no rows"),
        ("a,b,A\n1,2,3\n", "MLS0615", "`x.csv`: two columns are called `a`"),
        (",b\n1,2\n", "MLS0615", "`x.csv`: column 1 of 2 has no name"),
        (
            "a,b\n1,2\n3\n",
            "MLS0612",
            "`x.csv` can't be read as csv: CSV Error on Line: 3 Original Line: 3 Expected Number of Columns: 2 Found: 1",
        ),
        (
            "a,b\n1,2\n3,4,5\n",
            "MLS0612",
            "`x.csv` can't be read as csv: CSV Error on Line: 3 Original Line: 3,4,5 Expected Number of Columns: 2 Found: 3",
        ),
    ],
)
def test_a_csv_that_can_not_be_used(repository, text, code, message):
    repository.write("data/x.csv", text)
    (only,) = repository.fails("ingest", csv())
    assert (only.code, only.message) == (code, message)
    assert only.help
    assert [p.name for p in repository.folder.iterdir()] == ["params.yaml"], "nothing half-written stays"


def test_the_wrong_encoding_is_told(repository):
    repository.write("data/x.csv", "a,b\nü,2\n".encode("latin-1"))
    (only,) = repository.fails("ingest", csv())
    assert only.code == "MLS0612"
    assert only.help == "set `read: {encoding: latin-1}`, or save the file as UTF-8"


def test_a_missing_file_has_a_near_name(repository):
    repository.write("data/y.csv", "a\n1\n")
    repository.write("data/zebra.txt", "")
    (only,) = repository.fails("ingest", csv())
    assert (only.code, only.message, only.help) == ("MLS0610", "the source's file `x.csv` is not there", "did you mean `y.csv`?")
    repository.write("data/x.csv.dvc", "")
    assert repository.fails("ingest", csv())[0].help == "`dvc pull` fetches it"


@pytest.mark.parametrize("path", ["../../../../secret.csv", "/etc/passwd", "../../../data/link.csv"])
def test_no_file_outside_the_repository_is_read(repository, path):
    (repository.root.parent / "secret.csv").write_text("a\n1\n")
    (repository.root / "data").mkdir()
    (repository.root / "data/link.csv").symlink_to("/etc/passwd")
    assert repository.fails("ingest", csv(path))[0].code == "MLS0604"


def test_dvcs_own_link_into_a_shared_cache_is_read(repository):
    cached = repository.root.parent / "cache/files/md5/ab" / ("0" * 30)
    cached.parent.mkdir(parents=True)
    cached.write_text("a\n1\n")
    (repository.root / "data").mkdir()
    (repository.root / "data/x.csv").symlink_to(cached)
    repository.run("ingest", csv())
    assert repository.parquet("raw.parquet").a.tolist() == [1]


def test_names_are_taken_as_names_and_never_as_sql_or_patterns(repository):
    name = "a'\"); DROP TABLE x; --"
    repository.write("data/[x]'y.csv", '"' + name.replace('"', '""') + '",b\n1,2\n')
    repository.run("ingest", csv("../../../data/[x]'y.csv", text=[name], nullValues=["'", "]"]))
    assert repository.parquet("raw.parquet").to_dict("list") == {name: ["1"], "b": [2]}


def test_json_and_jsonl(repository):
    rows = [{"id": "01", "n": 1, "d": "2020-01-01", "b": True}, {"id": "02", "n": 2.5, "d": None, "b": False}]
    repository.write("data/x.json", json.dumps(rows))
    repository.write("data/x.jsonl", "".join(json.dumps(r) + "\n" for r in rows))
    for form in ("json", "jsonl"):
        repository.run("ingest", csv(f"../../../data/x.{form}", text=["id"]) | {"format": form})
        assert types(repository) == {"id": "string", "n": "double", "d": "date32[day]", "b": "bool"}
    (only,) = repository.fails("ingest", csv("../../../data/x.json") | {"format": "jsonl"})
    assert only.code == "MLS0612"
    assert repository.fails("ingest", csv("../../../data/x.jsonl") | {"format": "json"})[0].code == "MLS0612"


def test_parquet_and_what_is_none(repository):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (repository.root / "data").mkdir()
    zoned = pa.array([0, 3_600_000_000], pa.timestamp("us", "Europe/Berlin"))
    pq.write_table(pa.table({"t": zoned, "c": pa.array(["x", None]).dictionary_encode()}), repository.root / "data/x.parquet")
    repository.run("ingest", csv("../../../data/x.parquet") | {"format": "parquet"})
    assert types(repository) == {"t": "timestamp[us]", "c": "string"}
    repository.write("data/no.parquet", "hello")
    assert repository.fails("ingest", csv("../../../data/no.parquet") | {"format": "parquet"})[0].code == "MLS0612"


def python(path):
    return {"read": READ, "text": [], "python": {"callable": path}}


def test_a_function_is_a_source(repository):
    repository.write("src/__init__.py", "")
    code = "import pandas as pd\ndef fetch():\n    t = pd.to_datetime(['2020-01-01T00:00:00+01:00', None], utc=True)\n"
    repository.write("src/sources.py", code + "    return pd.DataFrame({'a': [1, 2], 't': t}, index=[7, 8])\n")
    repository.run("ingest", python("src.sources:fetch"))
    assert types(repository) == {"a": "int64", "t": "timestamp[us]"}
    first = (repository.folder / "raw.parquet").read_bytes()
    repository.run("ingest", python("src.sources:fetch"))
    assert (repository.folder / "raw.parquet").read_bytes() == first


@pytest.mark.parametrize(
    ("code", "expected", "message"),
    [
        ("def fetsh():\n    pass\n", "MLS0601", "`src.sources:fetch`: src.sources has no function `fetch`"),
        ("import nowhere_at_all\n", "MLS0601", "`src.sources:fetch` can't be imported: No module named 'nowhere_at_all'"),
        ("def fetch(:\n", "MLS0601", "`src.sources:fetch` can't be imported: SyntaxError: "),
        (
            "def fetch():\n    return 1 / 0\n",
            "MLS0602",
            "`src.sources:fetch` failed: ZeroDivisionError: division by zero (src/sources.py, line 2)",
        ),
        ("def fetch():\n    return [1]\n", "MLS0602", "`src.sources:fetch` returned list, not a data frame"),
        (
            "import pandas as pd\ndef fetch():\n    return pd.DataFrame({'a': [1, 'x']})\n",
            "MLS0602",
            "`src.sources:fetch` returned a column of mixed",
        ),
        ("import pandas as pd\ndef fetch():\n    return pd.DataFrame({'a': []})\n", "MLS0611", "`src.sources:fetch` returned no rows"),
    ],
)
def test_a_function_that_can_not_be_used(repository, code, expected, message):
    repository.write("src/__init__.py", "")
    repository.write("src/sources.py", code)
    (only,) = repository.fails("ingest", python("src.sources:fetch"))
    assert only.code == expected
    assert only.message.startswith(message)
