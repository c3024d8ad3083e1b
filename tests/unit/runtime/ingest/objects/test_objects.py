"""Rows from a bucket, by moto's S3."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import moto_s3
from support.file_world import zipped
from support.moto_s3 import moto_server, want_nothing, want_signatures

from mlspec.runtime.context import load
from mlspec.runtime.ingest.locations import is_unchanged
from mlspec.runtime.ingest.objects import reader, store

MISSING = pytest.approx(float("nan"), nan_ok=True)
READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


class Bucket:
    """A bucket, and a source that reads it."""

    def __init__(self, repository: Any, s3: Any) -> None:
        self.repository, self.s3 = repository, s3

    def put(self, **files: Any) -> None:
        for key, content in files.items():
            self.s3.put_object(Bucket="acme", Key=key, Body=content.encode() if isinstance(content, str) else content)

    def params(self, pattern: str, form: str = "csv", **more: Any) -> dict[str, Any]:
        return {"format": form, "read": READ, "text": [], "types": {}, **more, "object": {"url": f"s3://acme/{pattern}"}}

    def read(self, pattern: str, form: str = "csv", **more: Any) -> Any:
        self.repository.run("ingest", self.params(pattern, form, **more))
        return self.repository.parquet("raw.parquet").to_dict("list")

    def refused(self, pattern: str, form: str = "csv", **more: Any) -> Any:
        (found,) = self.repository.fails("ingest", self.params(pattern, form, **more))
        return found

    @property
    def rows(self) -> bytes:
        return (self.repository.folder / "raw.parquet").read_bytes()


@pytest.fixture
def bucket(moto: str, repository: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with moto_s3.bucket(moto, "acme", monkeypatch, secret="5ecretkey") as s3:
        yield Bucket(repository, s3)


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def test_objects_are_read_in_the_order_of_their_names(bucket):
    bucket.put(
        **{"r/b.csv": "a,s\n3,x\n", "r/a.csv": "a,s\n2,y\n1,z\n", "r/deep/c.csv": "a,s\n9,q\n", "r2/d.csv": "a\n8\n", "r/e.txt": "no"}
    )
    assert bucket.read("r/*.csv") == {"a": [2, 1, 3], "s": ["y", "z", "x"]}
    assert bucket.read("r/**/*.csv")["a"] == [2, 1, 3, 9]
    assert bucket.read("r/b.csv")["a"] == [3]


def test_folders_are_columns_of_text_and_names_with_a_dot_or_line_are_no_data(bucket):
    bucket.put(
        **{
            "r/region=007/day=1/a.csv": "a\n1\n",
            "r/region=008/day=2/b.csv": "a\n2\n3\n",
            "r/_tmp/region=1/x.csv": "b\n",
            "r/region=9/.x.csv": "c\n",
        }
    )
    bucket.put(**{"r/region=__HIVE_DEFAULT_PARTITION__/day=a%20b/c.csv": "a\n4\n"})
    found = bucket.read("r/**/*.csv")
    assert found == {"a": [1, 2, 3, 4], "region": ["007", "008", "008", MISSING], "day": ["1", "2", "2", "a b"]}


def test_an_unchanged_bucket_is_listed_and_nothing_of_it_is_read(bucket, monkeypatch, capsys):
    bucket.put(**{"r/a.csv": "a\n1\n", "r/b.csv": "a\n2\n"})
    bucket.read("r/*.csv")
    before = bucket.rows
    with monkeypatch.context() as patch:
        patch.setattr(reader, "fetched", None)
        bucket.read("r/*.csv")
        assert "is as it was: 2 objects" in capsys.readouterr().err
        context, digest = load("ingest", bucket.repository.folder), bucket.repository.json("source.json")["rows"]
        assert is_unchanged(context, digest)
        bucket.put(**{"r/c.csv": "a\n3\n"})
        assert not is_unchanged(context, digest)
    assert bucket.read("r/*.csv") == {"a": [1, 2, 3]}
    bucket.s3.delete_object(Bucket="acme", Key="r/c.csv")
    bucket.read("r/*.csv")
    assert bucket.rows == before
    state = (bucket.repository.folder / "source.json").read_text()
    assert "5ecretkey" not in state
    assert "127.0.0.1" not in state


def test_an_object_that_changes_meanwhile_is_listed_anew_then_refused(bucket, monkeypatch):
    bucket.put(**{"r/a.csv": "a\n1\n", "r/b.csv": "a\n2\n"})
    listed, count = reader._listed, iter(range(100))

    def racing(*given: Any) -> Any:
        found = listed(*given)
        number = next(count)
        if number < changes:
            bucket.put(**{"r/b.csv": f"a\n{number + 10}\n"})
        return found

    monkeypatch.setattr(reader, "_listed", racing)
    changes = 1
    assert bucket.read("r/*.csv") == {"a": [1, 10]}
    before, changes, count = bucket.rows, 100, iter(range(50, 100))
    found = bucket.refused("r/*.csv", text=["b"])
    assert (found.code, "`r/b.csv` changed" in found.message) == ("MLS0681", True)
    assert bucket.rows == before


def test_a_deleted_object_counts_as_changed(bucket, monkeypatch):
    bucket.put(**{"r/a.csv": "a\n1\n", "r/b.csv": "a\n2\n"})
    listed = reader._listed

    def racing(*given: Any) -> Any:
        found = listed(*given)
        bucket.s3.delete_object(Bucket="acme", Key="r/b.csv")
        return found

    monkeypatch.setattr(reader, "_listed", racing)
    assert bucket.read("r/*.csv") == {"a": [1]}


def test_no_object_and_no_rows_are_errors_and_the_last_rows_stay(bucket):
    bucket.put(**{"r/a.csv": "a\n1\n"})
    bucket.read("r/*.csv")
    before = bucket.rows
    bucket.s3.delete_object(Bucket="acme", Key="r/a.csv")
    assert bucket.refused("r/*.csv").code == bucket.refused("r/a.csv").code == "MLS0611"
    bucket.put(**{"r/a.csv": "a\n", "r/b.csv": "a\n"})
    assert bucket.refused("r/*.csv").code == "MLS0611"
    bucket.put(**{"r/a.csv": ""})
    assert "`acme/r/a.csv` is empty" in bucket.refused("r/*.csv").message
    assert bucket.rows == before


def test_archives_and_images_are_read_as_from_files(bucket):
    for name, text in {"a": "id\n1\n", "b": "id\n007\n"}.items():
        bucket.put(**{f"zips/y={name}/all.zip": zipped({"hour.csv": text, "readme.txt": "?"})})
    params = bucket.params("zips/*/all.zip")
    params["object"]["member"] = "hour.csv"
    bucket.repository.run("ingest", params)
    assert bucket.repository.parquet("raw.parquet").to_dict("list") == {"id": ["1", "007"], "y": ["a", "b"]}
    image = b"\x89PNG\r\n\x1a\nIEND\xaeB`\x82"
    bucket.put(**{"pets/cat/1.png": image, "pets/dog/2.png": image})
    rows = bucket.read("pets/**/*.png", "images")
    assert (rows["path"], rows["label"]) == (["acme/pets/cat/1.png", "acme/pets/dog/2.png"], ["cat", "dog"])


def test_columns_are_told_from_the_rows_of_all_files(bucket, capsys):
    bucket.put(**{"r/a.csv": "a,b\n1,2\n", "r/b.csv": "b,a\n1.5,x\n", "r/c.csv": "\na\n7\n"})
    assert bucket.read("r/*.csv") == {"a": ["1", "x", "7"], "b": [2.0, 1.5, MISSING]}
    told = capsys.readouterr().err
    assert "warning[MLS0682]: the column `b` is missing in 1 of 3 files" in told
    assert "`acme/r/c.csv`" in told


def test_columns_that_differ_by_case_or_stand_in_folders_too_are_refused(bucket):
    bucket.put(
        **{"r/a.csv": "a\n1\n", "r/b.csv": "A\n1\n", "s/a=1/x.csv": "a\n1\n", "t/a=1/a=2/x.csv": "b\n1\n", "u/__row=1/x.csv": "b\n1\n"}
    )
    for pattern in ("r/*.csv", "s/**/*.csv", "t/**/*.csv", "u/**/*.csv"):
        assert bucket.refused(pattern).code == "MLS0615"


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "parquet"])
def test_every_format_and_packing(bucket, form):
    zstd = pa.Codec("zstd")
    rows = {
        "csv": ("a,s\n1,x\n", "a,s\n2,y\n"),
        "jsonl": ('{"a": 1, "s": "x"}\n', '{"a": 2, "s": "y"}\n'),
        "json": ('[{"a": 1, "s": "x"}]', '[{"a": 2, "s": "y"}]'),
    }
    if form == "parquet":
        bucket.put(**{"r/a.parquet": parquet(a=pa.array([1], "int32"), s=["x"]), "r/b.parquet": parquet(s=["y"], a=[2])})
        assert bucket.read("r/*.parquet", form) == {"a": [1, 2], "s": ["x", "y"]}
        return
    one, two = (text.encode() for text in rows[form])
    bucket.put(**{f"r/a.{form}.gz": gzip.compress(one), f"r/b.{form}": two, f"r/c.{form}.zst": zstd.compress(one, asbytes=True)})
    assert bucket.read(f"r/*.{form}*", form) == {"a": [1, 2, 1], "s": ["x", "y", "x"]}
    assert bucket.read(f"r/c.{form}.zst", form) == {"a": [1], "s": ["x"]}


def test_types_that_don_t_go_together_are_refused(bucket):
    bucket.put(
        **{"r/a.parquet": parquet(a=[1]), "r/b.parquet": parquet(a=["x"]), "s/a.parquet": parquet(a=[1]), "s/b.parquet": parquet(a=[0.5])}
    )
    found = bucket.refused("r/*.parquet", "parquet")
    assert (found.code, "BIGINT in `acme/r/a.parquet`" in found.message) == ("MLS0682", True)
    assert bucket.read("s/*.parquet", "parquet") == {"a": [1.0, 0.5]}


def test_keys_that_a_json_file_lacks_are_missing_values(bucket):
    bucket.put(**{"r/a.jsonl": '{"a": 1}\n', "r/b.jsonl": '{"a": 2, "b": "2024-01-02"}\n'})
    found = bucket.read("r/*.jsonl", "jsonl")
    assert found["a"] == [1, 2]
    assert str(found["b"][1]) == "2024-01-02"


def test_a_broken_file_is_named(bucket):
    bucket.put(**{"r/a.csv": "a,b\n1,2\n", "r/b.csv": "a,b\n1,2\n3\n"})
    found = bucket.refused("r/*.csv")
    assert (found.code, "acme/r/b.csv" in found.message) == ("MLS0612", True)
    bucket.put(**{"s/a.csv": "a\n1\n", "s/b.csv": "<!doctype html><p>Sign in</p>"})
    assert "`acme/s/b.csv`" in bucket.refused("s/*.csv").message
    bucket.put(**{"t/a.csv.zst": b"\x28\xb5\x2f\xfd" + b"x" * 20, "t/b.csv": "a\n1\n"})
    assert bucket.refused("t/*.csv*").code == "MLS0612"


def test_many_objects_in_many_folders(bucket):
    bucket.put(**{f"r/n={n:04}/a.csv": f"a\n{n}\n" for n in range(300)})
    found = bucket.read("r/**/*.csv")
    assert found == {"a": list(range(300)), "n": [f"{n:04}" for n in range(300)]}


@pytest.mark.parametrize("wrong", ["bucket", "endpoint", "rights"])
def test_what_is_refused_is_told_without_secrets(bucket, moto, monkeypatch, wrong, capsys):
    bucket.put(**{"r/a.csv": "a\n1\n"})
    params = bucket.params("r/*.csv")
    if wrong == "bucket":
        params["object"] = {"url": "s3://nobodys/r/*.csv"}
    elif wrong == "endpoint":
        monkeypatch.setattr(store, "_RETRY", {"max_retries": 0})
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    else:
        want_signatures(moto)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    (found,) = bucket.repository.fails("ingest", params)
    want_nothing(moto)
    assert found.code == "MLS0680"
    assert "5ecretkey" not in json.dumps([found.message, found.help]) + capsys.readouterr().err
    if wrong != "endpoint":
        assert {"bucket": "NoSuchBucket", "rights": "InvalidAccessKeyId"}[wrong] in found.message
