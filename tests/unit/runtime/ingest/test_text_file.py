"""What stands in a file is what is read, or the difference is told with the line that mends it."""

from __future__ import annotations

import json

import pytest

READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}


def params(form: str = "csv", *, text=(), types=None, pii=(), **read):
    return {
        "format": form,
        "read": READ | read,
        "text": list(text),
        "types": types or {},
        "pii": list(pii),
        "file": {"path": f"../../../data/x.{form}"},
    }


def read(repository, content, form="csv", **options):
    """Return (types, values by column) of what is read."""
    import pyarrow.parquet as pq

    if content is not None:
        repository.write(f"data/x.{form}", content)
    repository.run("ingest", params(form, **options))
    table = pq.read_table(repository.folder / "raw.parquet")
    return {f.name: str(f.type) for f in table.schema}, table.to_pydict()


def column(values, head="c"):
    return head + ",other\n" + "".join(f'"{v}",t\n' if v else f"{v},t\n" for v in values)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "", "3"], "int64"),
        (["", "", "2.5"], "double"),
        (["2024-01-31", ""], "date32[day]"),
        (["", "2024-01-31T10:00"], "timestamp[us]"),
        (["", "2024-01-31", "2024-01-31 10:00:00"], "timestamp[us]"),
        (["2024-01-31T10:00:00Z", "", "2024-01-31T10:00:00+05:00"], "timestamp[us]"),
        ([" 1", "2 "], "int64"),
        ([" 2024-01-31", "2024-01-31 "], "date32[day]"),
        (["-1", "+2"], "int64"),
        (["+1.5", "+2"], "double"),
        (["1e5", "2.5"], "double"),
        (["1e-5", "3"], "double"),
        (["9223372036854775807", "-9223372036854775808"], "int64"),
        (["9007199254740992", "0.5"], "double"),
        (["", ""], "string"),
    ],
)
def test_missing_values_and_layout_take_no_type_away(repository, capsys, values, kind):
    kinds, _ = read(repository, column(values))
    assert kinds["c"] == kind
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "values", [["007", "8"], ["1_000", "2"], ["0x1F", "2"], ["1,5", "2"], ["Yes", "No"], ["2024-02-30", "x"], ["٣", "4"]]
)
def test_what_a_number_would_lose_is_text_and_no_news(repository, capsys, values):
    kinds, found = read(repository, column(values))
    assert (kinds["c"], found["c"]) == ("string", values)
    assert capsys.readouterr().err == ""


def test_zero_padded_codes_stay_text_wherever_they_stand(repository, capsys):
    values = [str(n) for n in range(1000, 9000)] + ["0123"]
    kinds, found = read(repository, column(values))
    assert (kinds["c"], found["c"][-1]) == ("string", "0123")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1", "NA", "3", "NA"], "2 of 4 values are numbers, 2 are `NA`"),
        (["1.5", "-"], "1 of 2 values are numbers, 1 is `-`"),
        (["2024-01-31", "NULL", "null"], "1 of 3 values are dates or timestamps, 2 are `NULL` or `null`"),
        (["5", " ", "n/a"], "1 of 3 values are numbers, 2 are ` ` or `n/a`"),
        ([*"1234567890", "4a"], "10 of 11 values are numbers, 1 is something else: '4a' in row 11"),
        (["12345678901234567890", "1"], "1 whole number has more digits than a number keeps: '12345678901234567890' in row 1"),
        (["9007199254740993", "1.5"], "1 whole number has more digits than a number keeps: '9007199254740993' in row 1"),
        (["+4930123", "+4940123"], "2 values begin with `+`, as phone numbers do"),
        (["12e5", "345"], "1 value is a power of ten or an id: '12e5' in row 1"),
        (["0.12345678901234567891", "0.12345678901234567892"], "values that differ only after the 17th digit would become one number"),
    ],
)
def test_a_column_that_is_text_by_a_hair_is_told_and_whole(repository, capsys, values, told):
    kinds, found = read(repository, column(values))
    assert (kinds["c"], found["c"]) == ("string", values)
    err = capsys.readouterr().err
    assert "warning[MLS0616]: column `c` is read as text: " + told in err
    assert "= help: " in err


def test_the_null_values_to_paste_are_those_that_mend_it(repository, capsys):
    content = column(["1", "NA", "", "- ", "2"])
    read(repository, content, nullValues=["", "x"])
    line = capsys.readouterr().err.split("`read: {nullValues: ")[1].split("}`")[0]
    assert json.loads(line) == ["", "x", "- ", "NA"]
    kinds, found = read(repository, content, nullValues=json.loads(line))
    assert (kinds["c"], found["c"]) == ("int64", [1, None, None, None, 2])
    assert capsys.readouterr().err == ""


def test_a_declared_string_is_not_looked_at_and_personal_data_not_shown(repository, capsys):
    content = column([*"1234567890", "secret"])
    read(repository, content, text=["c"])
    assert capsys.readouterr().err == ""
    read(repository, content, pii=["c"])
    err = capsys.readouterr().err
    assert "(personal data) in row 11" in err
    assert "secret" not in err


@pytest.mark.parametrize(
    ("values", "declared", "kind", "found"),
    [
        (["1", "2", ""], "number", "double", [1.0, 2.0, None]),
        (["9007199254740993", "2.0", ""], "integer", "int64", [9007199254740993, 2, None]),
        (["1", "2.5"], "integer", "double", [1.0, 2.5]),
        (["+4930123", "+4940123"], "integer", "int64", [4930123, 4940123]),
        (["12e5", "3"], "number", "double", [1200000.0, 3.0]),
        (["007", "8"], "integer", "string", ["007", "8"]),
    ],
)
def test_steps_see_the_declared_type(repository, values, declared, kind, found):
    kinds, rows = read(repository, column(values), types={"c": declared})
    assert (kinds["c"], rows["c"]) == (kind, found)


def test_a_declared_number_that_rounds_is_told(repository, capsys):
    kinds, _ = read(repository, column(["9007199254740993", "2"]), types={"c": "number"})
    assert kinds["c"] == "double"
    assert "warning[MLS0618]: column `c`: 1 value has more digits than a number keeps" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "json"])
def test_times_with_and_without_a_zone_are_refused(repository, form):
    values = ["2024-01-01T10:00:00+05:00", "2024-01-01T09:00:00", "2024-01-01"]
    content = column(values) if form == "csv" else json.dumps([{"c": v} for v in values])
    repository.write(f"data/x.{form}", content)
    (only,) = repository.fails("ingest", params(form))
    assert only.code == "MLS0617"
    assert (
        "1 time names a time zone and 2 times do not: '2024-01-01T10:00:00+05:00' in row 1; '2024-01-01T09:00:00' in row 2" in only.message
    )
    assert read(repository, content, form, text=["c"])[1]["c"] == values, "a declared string is the user's to sort out"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("empty", [1, 2])
def test_empty_lines_before_the_heading_are_none_of_the_rows(repository, end, empty):
    kinds, found = read(repository, end * empty + end.join(["a,b", "1,2", "3,4", ""]))
    assert (kinds, found) == ({"a": "int64", "b": "int64"}, {"a": [1, 3], "b": [2, 4]})
    assert read(repository, end * empty + end.join(["1,2", "3,4", ""]), header=False)[1] == {"column0": [1, 3], "column1": [2, 4]}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\r\n1,x\n2,y\r\n", ["x", "y"]),
        (b"a,b\n1,x\n2,y\r\n", ["x", "y"]),
        (b"a,b\r\n1,x\r\n2,y\n", ["x", "y"]),
        (b'a,b\r\n1,"x\ny"\r\n2,"q ""z"""\r\n', ["x\ny", 'q "z"']),
        (b'a,b\n1,"x\r\ny"\n2,z\n', ["x\r\ny", "z"]),
        (b'a,b\r\n1,"x\r\ny"\n2,z\n', ["x\r\ny", "z"]),
        (b'a,b\r\n1,5" pipe\n2,"q""\r\n"\r\n', ['5" pipe', 'q"\r\n']),
        (b'a,b\n1,""\r\n2,"x"\n', [None, "x"]),
    ],
)
def test_line_ends_may_be_mixed_and_stay_within_quotes(repository, content, found):
    assert read(repository, content)[1] == {"a": [1, 2], "b": found}


def test_line_ends_are_found_where_a_chunk_ends(repository, monkeypatch):
    from mlspec.runtime.ingest import text_file

    content = b"a,b\r\n" + b"".join(b'%d,"v\r\n%d"%s' % (n, n, b"\r\n" if n % 2 else b"\n") for n in range(50))
    for size in (1, 2, 7):
        monkeypatch.setattr(text_file, "_CHUNK", size)
        assert read(repository, content)[1] == {"a": list(range(50)), "b": [f"v\r\n{n}" for n in range(50)]}


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("cp1252", "windows-1252"), ("utf-8", "utf-8")],
)
@pytest.mark.parametrize("bom", [False, True])
def test_encodings_of_both_byte_orders(repository, codec, name, bom):
    text = ("\ufeff" if bom and codec not in ("utf-16", "cp1252") else "") + "a,b\r\n1,“5 €”\n"
    assert read(repository, text.encode(codec), encoding=name)[1] == {"a": [1], "b": ["“5 €”"]}


@pytest.mark.parametrize(
    ("content", "encoding", "message", "fix"),
    [
        ("a,b\n1,2\n2,€\n".encode("cp1252"), "latin-1", "line 3 is not latin-1 text", "{encoding: windows-1252}"),
        ("a,b\n1,€\n".encode("cp1252"), "utf-8", "line 2 is not utf-8 text", "{encoding: windows-1252}"),
        ("a,b\n1,é\n".encode("latin-1"), "utf-8", "line 2 is not utf-8 text", "{encoding: latin-1}"),
        ("a,b\n1,é\n".encode("utf-16"), "utf-8", "line 1 is not utf-8 text", "{encoding: utf-16}"),
        (b"a,b\n1,\x81\n", "windows-1252", "line 2 is not windows-1252 text", "save the file as UTF-8"),
        ("a,b\n1,é\n".encode(), "windows-1252", "it is utf-8 text, and not windows-1252", "{encoding: utf-8}"),
        ("a,b\n1,é\n".encode(), "latin-1", "it is utf-8 text, and not latin-1", "{encoding: utf-8}"),
        (b"a,b\n1,2\n", "utf-16", "it is utf-8 text, and not utf-16", "{encoding: utf-8}"),
        (b"\xff\xfea", "utf-16", "it is not utf-16 text", "save the file as UTF-8"),
    ],
)
def test_the_encoding_that_fits_is_named(repository, content, encoding, message, fix):
    repository.write("data/x.csv", content)
    (only,) = repository.fails("ingest", params(encoding=encoding))
    assert (only.code, only.message) == ("MLS0612", f"`x.csv` can't be read as csv: {message}")
    assert fix in only.help


@pytest.mark.parametrize(
    ("content", "message", "fix"),
    [
        ("a;b\n1;2\n", "no `,` stands in its first lines, and `;` does", '{delimiter: ";"}'),
        ("a\tb\n1\t2\n", "no `,` stands in its first lines, and a tab does", '{delimiter: "\\t"}'),
        ("sep=;\na;b\n1;2\n", "line 1 is Excel's `sep=;`", "`read.delimiter`"),
    ],
)
def test_another_delimiter_is_named(repository, content, message, fix):
    repository.write("data/x.csv", content)
    (only,) = repository.fails("ingest", params())
    assert (only.code, only.message) == ("MLS0612", f"`x.csv` can't be read as csv: {message}")
    assert fix in only.help


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (POINTER, "MLS0610", "is a Git LFS pointer"),
        ("/annex/objects/SHA256E-s12--00.csv\n", "MLS0610", "is a git-annex pointer"),
        ("\n<!DOCTYPE HTML>\n<html><body>Sign in</body></html>", "MLS0612", "it is a web page (HTML)"),
        (b"PK\x03\x04rest", "MLS0612", "it is a ZIP archive (as .xlsx files are)"),
        (b"\x1f\x8brest", "MLS0612", "it is compressed by gzip"),
    ],
)
def test_what_stands_in_a_files_place_is_named(repository, form, content, code, message):
    repository.write(f"data/x.{form}", content)
    (only,) = repository.fails("ingest", params(form))
    assert only.code == code
    assert message in only.message
    assert only.help


def test_a_table_about_git_lfs_is_a_table(repository):
    assert read(repository, "version https://git-lfs.github.com/spec/v1,n\n" + "x,1\n" * 1000)[0]["n"] == "int64"


def lines(rows):
    return "".join(json.dumps(r) + "\n" for r in rows)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_a_column_for_every_key(repository, form):
    wide = [{f"k{i}": i for i in range(250)} for _ in range(3)]
    sparse = [{"id": i, f"tag{i % 30}": i} for i in range(90)]
    for rows, count in ((wide, 250), (sparse, 31), ([{"a": 1}, *[{}] * 30], 1)):
        kinds, found = read(repository, json.dumps(rows) if form == "json" else lines(rows), form)
        assert len(kinds) == count
        assert set(kinds.values()) == {"int64"}
        assert [{k: v[i] for k, v in found.items() if v[i] is not None} for i in range(len(rows))] == rows


def test_scalars_of_json_are_their_values(repository):
    rows = [{"size": "M", "price": 9.5, "on": True}, {"size": 42, "price": "12.5", "on": "yes"}, {"size": None, "price": 7, "on": 1}]
    _, found = read(repository, json.dumps(rows), "json")
    assert found == {"size": ["M", "42", None], "price": [9.5, 12.5, 7.0], "on": ["true", "yes", "1"]}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('[{"c": 123456789012345678901}, {"c": 123456789012345678902}]', ["123456789012345678901", "123456789012345678902"]),
        ('[{"c": 9007199254740993}, {"c": 1.5}]', ["9007199254740993", "1.5"]),
        ('[{"c": 12345678901234567890}, {"c": 1}]', ["12345678901234567890", "1"]),
        ('[{"c": 9007199254740993}, {"c": null}]', [9007199254740993, None]),
        ('[{"c": 1e5}, {"c": 2}]', [100000.0, 2.0]),
        ('[{"c": "0123"}, {"c": "4"}]', ["0123", "4"]),
        ('[{"c": "1"}, {"c": "2"}]', ["1", "2"]),
    ],
)
def test_numbers_of_json_keep_their_digits_and_strings_stay_strings(repository, rows, found):
    assert read(repository, rows, "json")[1]["c"] == found


@pytest.mark.parametrize("content", ['[{"Id": 1, "id": 2}]', '[{"Id": 1}, {"id": 2}]'])
def test_keys_that_differ_by_case_are_refused(repository, content):
    repository.write("data/x.json", content)
    (only,) = repository.fails("ingest", params("json"))
    assert (only.code, only.message) == ("MLS0615", "`x.json`: the keys `Id` and `id` differ only by case")
    assert read(repository, '[{"id": 1, "id_1": 2}]', "json")[1] == {"id": [1], "id_1": [2]}


def save(repository, frame, **options):
    (repository.root / "data").mkdir(exist_ok=True)
    frame.to_parquet(repository.root / "data/x.parquet", **options)


def test_an_unnamed_index_of_pandas_is_left_out_and_told(repository, capsys):
    import pandas as pd

    frame = pd.DataFrame({"y": [3.0, 1.0, 2.0]}).sort_values("y")
    save(repository, frame)
    assert read(repository, None, "parquet")[1] == {"y": [1.0, 2.0, 3.0]}
    assert "warning[MLS0619]: `x.parquet`: `__index_level_0__` is left out" in capsys.readouterr().err
    save(repository, frame.set_index(pd.MultiIndex.from_arrays([[1, 2, 3], list("abc")], names=["n", None])))
    assert list(read(repository, None, "parquet")[0]) == ["y", "n"], "a level with a name is a column"
    capsys.readouterr()
    save(repository, frame.rename_axis("place"))
    assert list(read(repository, None, "parquet")[0]) == ["y", "place"]
    assert capsys.readouterr().err == ""
    save(repository, pd.DataFrame({"y": [1.0], "__index_level_0__": [2]}))
    assert list(read(repository, None, "parquet")[0]) == ["y", "__index_level_0__"], "a column that is no index by the file's metadata"
    assert "`__index_level_0__` is named like an index of pandas" in capsys.readouterr().err


def test_a_column_that_is_named_like_an_index_is_kept_and_told(repository, capsys):
    assert read(repository, "Unnamed: 0,y\n0,1\n1,2\n")[1] == {"Unnamed: 0": [0, 1], "y": [1, 2]}
    err = capsys.readouterr().err
    assert "warning[MLS0619]: `x.csv`: `Unnamed: 0` is named like an index of pandas" in err
    assert '`clean: [{drop: ["Unnamed: 0"]}]`' in err
    read(repository, None, types={"Unnamed: 0": "integer"})
    assert capsys.readouterr().err == ""


def test_decimals_and_unsigned_integers_keep_their_digits(repository, capsys):
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    (repository.root / "data").mkdir()
    columns = {
        "id": pa.array([Decimal(12345678901234567890), Decimal(12345678901234567891)], pa.decimal128(20, 0)),
        "key": pa.array([Decimal(9007199254740993), None], pa.decimal128(38, 0)),
        "price": pa.array([Decimal("19.99"), Decimal("5.00")], pa.decimal128(38, 10)),
        "far": pa.array([2**64 - 1, 2**64 - 2], pa.uint64()),
        "near": pa.array([1, 2], pa.uint64()),
        "small": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)),
    }
    pq.write_table(pa.table(columns), repository.root / "data/x.parquet")
    kinds, found = read(repository, None, "parquet")
    assert found["id"] == ["12345678901234567890", "12345678901234567891"]
    assert found["key"] == [9007199254740993, None]
    assert found["price"] == [19.99, 5.0]
    assert found["far"] == ["18446744073709551615", "18446744073709551614"]
    assert (kinds["near"], kinds["price"], kinds["small"]) == ("int64", "double", "decimal128(9, 2)")
    assert capsys.readouterr().err.count("MLS0616") == 2


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_typed_columns_get_the_declared_type_where_no_value_changes(repository, capsys, form):
    import pandas as pd

    frame = pd.DataFrame({"n": [1, 2], "i": [1.0, None], "f": [1.5, None], "big": [2**53 + 1, 1]})
    if form == "parquet":
        save(repository, frame)
    else:
        repository.write("data/x.json", frame.to_json(orient="records"))
    kinds, found = read(repository, None, form, types={"n": "number", "i": "integer", "f": "integer", "big": "number"})
    assert kinds == {"n": "double", "i": "int64", "f": "double", "big": "double"}
    assert found["i"] == [1, None]
    assert "MLS0618]: column `big`: 1 value has more digits" in capsys.readouterr().err


def test_two_columns_of_one_name_in_parquet_are_refused(repository):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (repository.root / "data").mkdir()
    pq.write_table(pa.table({"a": [1], "A": [2]}), repository.root / "data/x.parquet")
    (only,) = repository.fails("ingest", params("parquet"))
    assert (only.code, only.message) == ("MLS0615", "`x.parquet`: two columns are called `A`")


HEAD = "import datetime as dt\nimport decimal\nimport pandas as pd\n"


def returned(repository, code):
    import sys

    sys.modules.pop("src.sources", None)
    repository.write("src/__init__.py", "")
    repository.write("src/sources.py", HEAD + f"def fetch():\n    return {code}\n")
    return {"read": READ, "text": [], "types": {"n": "number"}, "python": {"callable": "src.sources:fetch"}}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("pd.DataFrame({'v': [1, 2]}, index=pd.Index([7, 8], name='day'))", {"day": [7, 8], "v": [1, 2]}),
        ("pd.DataFrame({'k': ['a', 'a', 'b'], 'v': [1, 2, 5]}).groupby('k').sum()", {"k": ["a", "b"], "v": [3, 5]}),
        ("pd.DataFrame({'v': [1, 2]}, index=[7, 8])", {"v": [1, 2]}),
        ("pd.DataFrame({'n': [1, 2]})", {"n": [1.0, 2.0]}),
        ("pd.DataFrame({'v': [decimal.Decimal('12345678901234567890'), decimal.Decimal(1)]})", {"v": ["12345678901234567890", "1"]}),
        ("pd.DataFrame({'v': pd.array([2**60 + 1, None], dtype='Int64')})", {"v": [2**60 + 1, None]}),
    ],
)
def test_a_functions_named_index_and_digits_are_kept(repository, code, found):
    import pyarrow.parquet as pq

    repository.run("ingest", returned(repository, code))
    assert pq.read_table(repository.folder / "raw.parquet").to_pydict() == found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "pd.DataFrame({'t': pd.Series([dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)], dtype=object)})",
            "MLS0617",
        ),
        ("pd.DataFrame({'v': [10**30, 1]})", "MLS0602"),
        ("pd.DataFrame({'v': [1]}, index=pd.Index([1], name='V'))", "MLS0615"),
    ],
)
def test_what_a_function_must_not_return(repository, code, expected):
    (only,) = repository.fails("ingest", returned(repository, code))
    assert only.code == expected
    assert only.help


@pytest.mark.parametrize(
    ("form", "content", "code", "fix"),
    [
        ("csv", "a,b\n1,x\ry\n2,z\n", "MLS0612", "in quotes"),
        ("csv", 'a,b\n1,"5" pipe\n', "MLS0612", "must be quoted"),
        ("json", "[]", "MLS0611", "put rows in it"),
        ("json", " [ ] ", "MLS0611", "put rows in it"),
        ("json", "[1, 2]", "MLS0612", "write each row as an object"),
        ("json", "[{}, {}]", "MLS0612", "write each row as an object"),
        ("json", '[{"a": 1, "a": 2}]', "MLS0612", "a name of its own"),
    ],
)
def test_what_can_not_be_read_has_a_way_out(repository, form, content, code, fix):
    repository.write(f"data/x.{form}", content)
    (only,) = repository.fails("ingest", params(form))
    assert only.code == code
    assert fix in only.help


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("cut", [0, 40, 60])
def test_a_broken_gzip_file_is_named(repository, encoding, cut):
    import gzip

    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 9000)
    repository.write("data/x.csv.gz", packed[:cut] if cut else b"a,b\n1,2\n")
    section = params(encoding=encoding) | {"file": {"path": "../../../data/x.csv.gz"}}
    (only,) = repository.fails("ingest", section)
    assert (only.code, only.help) == ("MLS0612", "it is no gzip file, or cut off: fetch it again")
