"""Rows that are made of other rows: tables and types as a source has them, and one order for the same rows."""

from __future__ import annotations

import pytest
from support.made_specs import CODE

ORDERS: dict[str, list[object]] = {"id": [3, 1, 2, 4], "shop": ["b", "a", "b", "c"], "price": [1.5, 2.0, None, 4.0]}


class Made:
    """`ask` runs the stage; `section` is its `from`."""

    def __init__(self, repository) -> None:
        self.repository = repository
        repository.put("orders.parquet", ORDERS)
        repository.write("data/zips.csv", "shop,zip,people\na,01067,7\nb,80331,9\n")
        self.inputs = {"orders": {"path": "orders.parquet"}, "zips": {"path": "../../../data/zips.csv", "format": "csv"}}

    def params(self, query, **more):
        self.repository.write("queries/rides.sql", query)
        return {"text": [], "types": {}, "key": [], "from": {"inputs": self.inputs, "sql": "../../../queries/rides.sql"}, **more}

    def ask(self, query, **more):
        self.repository.run("ingest", self.params(query, **more))
        return self.repository.parquet("raw.parquet")

    def fails(self, query, **more):
        return self.repository.fails("ingest", self.params(query, **more))


@pytest.fixture
def made(repository):
    return Made(repository)


JOIN = "SELECT o.id, z.zip, o.price, z.people FROM orders AS o LEFT JOIN zips AS z USING (shop)"


def test_sources_and_files_are_tables(made):
    rows = made.ask(JOIN)
    assert rows.zip.tolist()[:3] == ["01067", "80331", "80331"]
    assert rows.id.tolist() == [1, 2, 3, 4]
    assert {n: str(t) for n, t in rows.dtypes.items()} == {"id": "int64", "zip": "str", "price": "float64", "people": "float64"}
    assert rows.people.isna().tolist() == [False, False, False, True]


def test_the_order_is_that_of_the_key_whatever_the_query_says(made):
    made.ask(f"{JOIN} ORDER BY price", key=["zip", "id"])
    first = (made.repository.folder / "raw.parquet").read_bytes()
    assert made.repository.parquet("raw.parquet").id.tolist() == [1, 2, 3, 4]
    made.repository.put("orders.parquet", {name: values[::-1] for name, values in ORDERS.items()})
    made.ask(f"{JOIN} ORDER BY price DESC", key=["zip", "id"])
    assert (made.repository.folder / "raw.parquet").read_bytes() == first


def test_types_are_those_declared_where_nothing_is_lost(made, capsys):
    text = "SELECT shop, sum(id) AS total, CAST(sum(id) AS DECIMAL(20, 2)) AS exact, '007' AS code, count(*) AS n FROM orders GROUP BY shop"
    rows = made.ask(text, types={"total": "integer", "n": "number"}, text=["code"])
    assert {n: str(t) for n, t in rows.dtypes.items()} == {
        "shop": "str", "total": "int64", "exact": "float64", "code": "str", "n": "float64"
    }  # fmt: skip
    assert rows.code.tolist() == ["007"] * 3
    made.ask("SELECT 12345678901234567 * id::HUGEINT AS long FROM orders")
    assert "MLS0618" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("SELECT id,\n  prize FROM orders", "MLS0624", 2, 3),
        ("SELECT id\nFROM trips", "MLS0623", 2, 6),
        ("SELECT id FROM read_csv('/etc/passwd')", "MLS0623", 1, 16),
        ("SELECT now() AS t FROM orders", "MLS0623", 1, 8),
        ("DROP VIEW orders", "MLS0623", 1, 1),
    ],
)
def test_the_select_is_refused_at_its_place(made, text, code, line, column):
    (found,) = made.fails(text)
    assert found.code == code
    assert (found.span.path, found.span.line, found.span.column) == ("queries/rides.sql", line, column)
    assert not (made.repository.folder / "raw.parquet").exists()


@pytest.mark.parametrize(
    ("text", "more", "code", "said"),
    [
        ("SELECT id FROM orders WHERE FALSE", {}, "MLS0611", "gives no rows"),
        ("SELECT [id] AS many FROM orders", {}, "MLS0675", "`many`"),
        ("SELECT id, price AS ID FROM orders", {}, "MLS0615", "two columns"),
        ("SELECT id FROM orders", {"key": ["ride"]}, "MLS0676", "`ride` is declared"),
    ],
)
def test_rows_that_can_be_none_are_refused(made, text, more, code, said):
    (found,) = made.fails(text, **more)
    assert (found.code, said in found.message) == (code, True)
    assert not [p for p in made.repository.folder.iterdir() if p.name.startswith(".mlspec-tmp-")]


def test_an_input_that_is_not_there_is_told(made):
    made.inputs["orders"] = {"path": "../trips/valid.parquet"}
    assert [d.code for d in made.fails("SELECT * FROM orders")] == ["MLS0603"]


def test_a_function_is_given_paths(made):
    made.repository.write("src/join.py", CODE)
    made.repository.put("shops.parquet", {"shop": ["a", "b"], "zip": ["01067", "80331"]})
    folder = made.repository.folder.relative_to(made.repository.root)
    inputs = {"orders": f"{folder}/orders.parquet", "shops": f"{folder}/shops.parquet", "zips": "data/zips.csv"}
    made.repository.write("data/zips.csv", "zip,people\n01067,7\n80331,9\n")
    section = {"python": {"callable": "src.join:sales", "inputs": inputs, "params": {"least": 1.6}}}
    made.repository.run("ingest", {"text": [], "types": {}, "from": section})
    rows = made.repository.parquet("raw.parquet")
    assert (rows.id.tolist(), rows["rank"].tolist()) == ([1], [1])
