"""`mlspec init` looks at a file and writes specs that compile at once; what it decides it tells with the reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mlspec.cli.init import command
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.diagnostics import Problems
from mlspec.setup.init.files import DataFile, project_files
from mlspec.setup.init.inspect_data import inspect

ROWS = "day,shop,price,count\n2024-01-01,north,1.5,10\n2024-01-02,north,1.5,10\n2024-01-03,south,2,7\n"


def looked_at(folder: Path, text: str = ROWS, target: str = "count", name: str = "sales.csv", encoding: str = "utf-8") -> DataFile:
    (folder / name).write_bytes(text.encode(encoding))
    data = inspect(folder, name, target, None)
    specs = {k: v.encode() for k, v in project_files("x", data, "").items() if k.endswith(".yaml")}
    compiled = compile_inputs(folder, Inputs(specs, {}, frozenset({"requirements.lock", name})))
    assert compiled.diagnostics == (), "what it writes compiles without a word"
    return data


def table(heading: str, rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in [heading.split(","), *rows])


def types(data: DataFile) -> dict[str, str]:
    return {c.name: c.type for c in data.columns}


def roles(data: DataFile) -> dict[str, str]:
    return {c.name: c.role for c in data.columns}


def told(data: DataFile, subject: str) -> str:
    return "; ".join(d.what for d in data.told if d.subject == subject)


def spec(data: DataFile, path: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(project_files("x", data, "")[path])["spec"]
    return found


def sql(data: DataFile) -> dict[str, str]:
    return {c.column: c.step["derive"]["sql"] for c in data.steps if "derive" in c.step}


def test_finds_types_and_task(tmp_path: Path) -> None:
    data = looked_at(tmp_path)
    assert types(data) == {"day": "date", "shop": "string", "price": "number", "count": "integer"}
    assert (data.task, data.key, data.rows) == ("binary", ("day",), 3)


def test_a_code_that_names_each_row_becomes_the_key(tmp_path: Path) -> None:
    data = looked_at(tmp_path, "patient,clinic,age,ill\np1,a,1,0\np2,a,2,1\np3,b,2,1\n", "ill")
    assert data.key == ("patient",)
    assert spec(data, "specs/data/x.yaml")["key"] == ["patient"]


PEOPLE = [[i, f"A long title of story {i}", i * 1.5, f"story {i} " + "was told by many people " * 4, i % 2] for i in range(40)]


def test_a_key_needs_more_than_to_be_different_in_every_row(tmp_path: Path) -> None:
    data = looked_at(tmp_path, table("row,title,price,body,good", PEOPLE), "good")
    assert data.key == ()
    assert roles(data) == {"row": "excluded", "title": "text", "price": "feature", "body": "text", "good": "target"}
    assert "counts the rows" in told(data, "row") and "words a value" in told(data, "title")
    assert spec(data, "specs/models/x.yaml")["features"] == {"exclude": ["row"], "text": ["title", "body"]}
    assert "LogisticRegression" in str(spec(data, "specs/models/x.yaml")["estimator"]), "trees take no sparse table"


@pytest.mark.parametrize("name", ["id", "order_id", "OrderID", "passengerId", "uuid", "invoice_no", "customer key"])
def test_whole_numbers_that_are_named_like_a_key_are_one(tmp_path: Path, name: str) -> None:
    data = looked_at(tmp_path, table(f"{name},x,y", [[7 * i, i % 5, i % 2] for i in range(30)]), "y")
    assert data.key == (name,)


@pytest.mark.parametrize("name", ["video", "paid", "void", "grid", "price", "humid"])
def test_a_name_that_ends_by_chance_like_a_key_is_none(tmp_path: Path, name: str) -> None:
    data = looked_at(tmp_path, table(f"{name},y", [[(7 * i) % 31, i % 2] for i in range(30)]), "y")
    assert data.key == () and roles(data)[name] == "feature"


def test_ids_and_categories_of_thousands_of_levels_are_left_out_and_told(tmp_path: Path) -> None:
    rows = [[f"T{i}x", f"city{i % 1500}", f"street{i % 400}", f"c{i % 30}", "same", f"Anna B{i} C", "", i % 2] for i in range(3000)]
    data = looked_at(tmp_path, table("group,city,street,club,one,name,none,y", rows + rows[:300]), "y")
    assert [n for n, r in roles(data).items() if r == "excluded"] == ["group", "city", "one", "name", "none"]
    assert "nearly every row" in told(data, "group") and "too many categories to learn from: 1,500 values" in told(data, "city")
    text = project_files("x", data, "")["specs/models/x.yaml"]
    assert "- city  # left out: too many categories to learn from: 1,500 values in 3,300 rows\n" in text


@pytest.mark.parametrize(
    ("cells", "kind", "value"),
    [
        (["$1,715.0", "$980.5", "$12,001.25"], "number", 1715.0),
        (["$1,715", "$980", "-$12,001"], "number", 1715.0),
        (["€ 1.715,00", "€ 980,50", "€ 12.001,25"], "number", 1715.0),
        (["1.715,00 €", "980,50 €", "12.001,25 €"], "number", 1715.0),
        (["1,715", "980", "12,001,000"], "integer", 1715),
        (["12%", "7.5%", "0.25%"], "number", 12.0),
        (["1 715,5", "980,25", "12 001,0"], "number", 1715.5),
        (["1'715.5", "980.25", "12'001.0"], "number", 1715.5),
        (["(1,715.00)", "980.50", "12,001.25"], "number", -1715.0),
        (["USD 1,715", "USD 980", "USD 12,001"], "number", 1715.0),
        (["\N{MINUS SIGN}1,715.5", "980.5", "12,001.0"], "number", -1715.5),
    ],
)
def test_numbers_as_people_write_them_are_converted(tmp_path: Path, cells: list[str], kind: str, value: float) -> None:
    rows = [[json.dumps(cell, ensure_ascii=False), i % 3] for i, cell in enumerate(cells * 15)]
    data = looked_at(tmp_path, table("x,y", rows), "y")
    assert types(data)["x"] == kind and "numbers as text" in told(data, "x")
    import duckdb

    connection = duckdb.connect()
    connection.execute("CREATE TABLE data AS SELECT ? AS x", [cells[0]])
    assert connection.execute(f"SELECT {sql(data)['x']} FROM data").fetchone() == (value,)


@pytest.mark.parametrize(
    "cells",
    [
        ["01234", "98101", "1234"],
        ["+49 123 456", "+49 223 456"],
        ["1.2.3", "2.0.1"],
        ["192.168.1.1", "10.0.0.12"],
        ["12A", "7B"],
        ["007", "1,234"],
        ["12345678901234567890", "1"],
        ["$12345678901234567", "$1"],
        ["+4912345", "+4967890"],
        ["12e5", "77e1"],
    ],
)
def test_codes_stay_text(tmp_path: Path, cells: list[str]) -> None:
    data = looked_at(tmp_path, table("x,y", [[json.dumps(cell), i % 2] for i, cell in enumerate(cells * 15)]), "y")
    assert types(data)["x"] == "string" and data.steps == ()


def test_a_comma_that_can_be_either_is_told_and_read_as_the_file_has_it(tmp_path: Path) -> None:
    unsure = ["1,234", "5,678", "2,500"]
    alone = looked_at(tmp_path, table("x;y", []) + "".join(f"{unsure[i % 3]};{i % 2}\n" for i in range(30)), "y")
    assert "taken for thousands (no value says which: look)" in told(alone, "x")
    beside = looked_at(tmp_path, "x;z;y\n" + "".join(f"{unsure[i % 3]};{i},5;{i % 2}\n" for i in range(30)), "y")
    assert "decimal comma (as the rest of the file has it)" in told(beside, "x") and types(beside)["x"] == "number"


def test_money_as_a_target_calls_for_regression(tmp_path: Path) -> None:
    data = looked_at(tmp_path, table("a,price", [[i, f'"${1000 + 37 * i:,}.0"'] for i in range(60)]), "price")
    assert (data.task, types(data)["price"]) == ("regression", "number")
    assert spec(data, "specs/models/x.yaml")["baseline"] == "median"


def test_a_few_blanks_do_not_make_a_number_text(tmp_path: Path) -> None:
    rows = [[i, " " if i % 50 == 0 else i * 1.5, "NA" if i % 9 == 0 else i, f"c{i % 3}", i % 2] for i in range(300)]
    data = looked_at(tmp_path, table("x,total,score,club,y", rows), "y")
    assert types(data)["total"] == "number" and types(data)["score"] == "integer"
    assert set(data.read["nullValues"]) == {"", " ", "NA"}
    assert "6 cells are missing" in told(data, "total")


def test_a_word_for_missing_that_is_a_value_elsewhere_stays_one(tmp_path: Path) -> None:
    rows = [["NA" if i % 2 else "EU", "NA" if i % 9 == 0 else i + 0.5, i % 2] for i in range(300)]
    data = looked_at(tmp_path, table("continent,score,y", rows), "y")
    assert "nullValues" not in data.read
    assert [c.step for c in data.steps] == [{"cast": {"column": "score", "to": "number", "onError": "null"}}]
    assert "34 cells (`NA`), which become missing" in told(data, "score")


def test_money_with_blanks_and_json_with_words(tmp_path: Path) -> None:
    data = looked_at(tmp_path, table("x,y", [["-" if i % 20 == 0 else f'"$1,{i:03d}"', i % 2] for i in range(200)]), "y")
    assert types(data)["x"] == "number" and data.read["nullValues"] == ["", "-"]
    lines = "".join(json.dumps({"x": "n/a" if i % 20 == 0 else f"{i},5", "y": i % 2}) + "\n" for i in range(200))
    data = looked_at(tmp_path, lines, "y", "sales.jsonl")
    assert types(data) == {"x": "number", "y": "integer"}
    assert [next(iter(c.step)) for c in data.steps] == ["replace", "derive"]


def test_a_column_of_lists_is_dropped_and_told(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"tags": [["a"]] * 40, "x": list(range(40)), "y": [0, 1] * 20}), tmp_path / "sales.parquet")
    data = inspect(tmp_path, "sales.parquet", "y", None)
    assert types(data) == {"x": "integer", "y": "integer"}
    assert spec(data, "specs/data/x.yaml")["clean"] == [{"drop": ["tags"]}] and "lists or objects" in told(data, "tags")


@pytest.mark.parametrize(
    ("days", "kind", "first"),
    [
        (["31/12/2024", "01/02/2024"], "date", "day first"),
        (["12/31/24", "01/02/24"], "date", "month first"),
        (["1.2.2024", "3.4.2024"], "date", "day first"),
        (["31-12-2024 17:05", "01-02-2024 00:30"], "timestamp", "day first"),
        (["12/31/2024 5:05 PM", "1/2/2024 11:00 AM"], "timestamp", "month first"),
        (["2024/12/31", "2024/01/02"], "date", ""),
        (["5 Jan 2024", "31 Dec 2023"], "date", ""),
        (["20241231", "20240102"], "date", ""),
    ],
)
def test_dates_that_are_not_iso_are_converted(tmp_path: Path, days: list[str], kind: str, first: str) -> None:
    data = looked_at(tmp_path, table("day,x,y", [[days[i % 2], i, i % 3] for i in range(30)]), "y")
    assert types(data)["day"] == kind and first in told(data, "day")


def test_a_date_that_can_be_either_is_told_and_not_guessed(tmp_path: Path) -> None:
    text = table("seen,x,y", [[f"0{1 + i % 9}/0{1 + i % 7}/2024", i % 7, i % 2] for i in range(30)])
    data = looked_at(tmp_path, text, "y")
    assert (types(data)["seen"], roles(data)["seen"], data.time_column) == ("string", "excluded", None)
    assert "day first or month first?" in told(data, "seen") and "%d/%m/%Y" in told(data, "seen") and "%m/%d/%Y" in told(data, "seen")
    data = looked_at(
        tmp_path, table("seen,born,y", [[f"0{1 + i % 9}/0{1 + i % 7}/2024", f"{10 + i % 18}/01/1980", i % 2] for i in range(30)]), "y"
    )
    assert types(data)["seen"] == "date" and "as the file's other dates" in told(data, "seen"), "another column shows which"


@pytest.mark.parametrize(
    ("delimiter", "name", "encoding"),
    [(";", "s.csv", "utf-8"), ("\t", "s.tsv", "utf-8"), ("|", "s.csv", "utf-16"), (",", "s.csv", "cp1252")],
)
def test_how_the_text_is_read_is_ingests_word(tmp_path: Path, delimiter: str, name: str, encoding: str) -> None:
    data = looked_at(tmp_path, table("ort,x,y", [["Köln", i, i % 2] for i in range(30)], delimiter), "y", name, encoding)
    assert data.read.get("delimiter", ",") == delimiter
    assert list(types(data)) == ["ort", "x", "y"]
    assert spec(data, "specs/data/x.yaml").get("read", {}) == data.read


def test_time_splits_where_a_row_has_a_time(tmp_path: Path) -> None:
    days = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(200)]
    data = looked_at(tmp_path, table("day,x,y", [[d, i, i % 2] for i, d in enumerate(days)]), "y")
    assert (data.time_column, data.split.strategy) == ("day", "time")
    data = looked_at(tmp_path, table("date_of_birth,x,y", [[d, i, i % 2] for i, d in enumerate(days)]), "y")
    assert (data.time_column, data.split.strategy) == (None, "stratified") and "name says something else" in told(data, "date_of_birth")
    data = looked_at(tmp_path, table("day,x,y", [["" if i == 3 else d, i, i % 2] for i, d in enumerate(days)]), "y")
    assert data.time_column is None and "missing in 1 row" in told(data, "day")
    data = looked_at(tmp_path, table("day,x,y", [[d, i, int(i < 100)] for i, d in enumerate(days)]), "y")
    assert data.split.strategy == "stratified" and "lack a class" in told(data, "split")


def test_rows_of_one_customer_stay_together(tmp_path: Path) -> None:
    data = looked_at(tmp_path, table("customer_id,x,y", [[i // 5, i % 7, i % 2] for i in range(500)]), "y")
    assert (data.split.strategy, data.split.group, roles(data)["customer_id"]) == ("group", "customer_id", "group")
    assert spec(data, "specs/models/x.yaml")["features"] == {"exclude": ["customer_id"]}


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([i / 7 for i in range(100)], "regression"),
        ([i % 19 for i in range(400)], "multiclass"),
        ([i % 15 for i in range(60)], "regression"),
        ([i % 40 for i in range(400)], "regression"),
        ([i % 5 / 2 for i in range(400)], "regression"),
        (["abc"[i % 3] for i in range(40)], "multiclass"),
        (["Yes" if i % 3 else "No" for i in range(40)], "binary"),
        ([i % 2 for i in range(40)], "binary"),
    ],
)
def test_the_task_is_told_from_the_target(tmp_path: Path, values: list[object], task: str) -> None:
    data = looked_at(tmp_path, table("x,y", [[i % 11, v] for i, v in enumerate(values)]), "y")
    assert data.task == task and f"task {task}: " in told(data, "y")


@pytest.mark.parametrize(("cell", "says"), [("text number {i}", "too many for classes"), ("same", "nothing to predict")])
def test_a_target_that_can_not_be_one_is_refused(tmp_path: Path, cell: str, says: str) -> None:
    with pytest.raises(Problems, match=says):
        looked_at(tmp_path, table("x,y", [[i, cell.format(i=i)] for i in range(50)]), "y")


def test_rows_without_a_target_are_left_out_and_told(tmp_path: Path) -> None:
    data = looked_at(tmp_path, table("x,y", [[i, "" if i % 10 == 0 else i % 2] for i in range(100)]), "y")
    assert spec(data, "specs/data/x.yaml")["clean"] == [{"filter": "y IS NOT NULL"}]
    assert spec(data, "specs/data/x-rules.yaml")["rules"][0] == {"rowCount": {"min": 72}}  # type: ignore[index]


def test_the_steps_are_valid_for_names_of_any_kind(tmp_path: Path) -> None:
    data = looked_at(
        tmp_path, table('"order","Preis, ""brutto""",y', []) + "".join(f'"1,{i:03d}","${i}.5",{i % 2}\n' for i in range(40)), "y"
    )
    assert len(data.steps) == 2 and sql(data)["order"].count('"order"') == 1


@pytest.mark.parametrize(
    ("path", "target", "code"), [("other.csv", "count", "MLS0601"), ("sales.csv", "cuont", "MLS0410"), ("sales.txt", "count", "MLS0103")]
)
def test_what_can_not_serve_is_told(tmp_path: Path, path: str, target: str, code: str) -> None:
    (tmp_path / "sales.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "sales.txt").write_text(ROWS, encoding="utf-8")
    with pytest.raises(Problems) as found:
        inspect(tmp_path, path, target, None)
    assert [d.code for d in found.value.diagnostics] == [code]


def test_a_target_of_lists_is_told_as_such(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": [1, 2], "tags": [["a", "b"], []]}), tmp_path / "rows.parquet")
    with pytest.raises(Problems) as found:
        inspect(tmp_path, "rows.parquet", "tags", None)
    assert "holds lists" in found.value.diagnostics[0].message and "multilabel" in str(found.value.diagnostics[0].help)


def test_the_command_tells_each_decision_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("Nr;Tag;Preis\n" + "".join(f"{i};{1 + i % 28}.{1 + i // 28}.2024;{i},5 €\n" for i in range(80)))
    lines = CliRunner().invoke(command, ["--data", "s.csv", "--target", "Preis"], standalone_mode=False).stdout.splitlines()
    assert "  read: delimiter `;`" in lines
    assert "  Preis: number: numbers as text, like `10,5 €`" in lines
    assert "  Preis: task regression: numbers, 80 values in 80 rows" in lines
    assert not [line for line in lines if len(line) > 220]
