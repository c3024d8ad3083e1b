"""What is one SELECT without effects, told from its syntax."""

from __future__ import annotations

import pytest
from support.work import nested_too_deep

from mlspec.runtime.ingest.sql.guard import ANY, judge, position, statement


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 AS a",
        "select a, b from t where a like '%x%' order by 1 limit 5; -- the end",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
        "(SELECT 1) UNION ALL SELECT 2",
        "SELECT data->>'a' AS a, x::int FROM t",
        "SELECT `a` FROM `t`",
        "SELECT [a] FROM [t]",
        "SELECT count(*) FILTER (WHERE a > 1) AS n FROM t GROUP BY b",
        "SELECT * FROM a CROSS JOIN LATERAL (SELECT 1 AS x) b",
        "SELECT 'for update; drop table t' AS into_text, \"delete\" FROM t",
        'SELECT updated_at AS "update" FROM t -- ; DELETE FROM t',
        "SELECT a FROM generate_series(1, 3) AS g(a)",
    ],
)
def test_a_select_is_one(text):
    assert judge(text) == []


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", (1, 1), "no query"),
        ("-- nothing\n", (1, 1), "no query"),
        ("SELECT 1;\n SELECT 2", (2, 2), "2 statements"),
        ("BEGIN; SELECT 1; COMMIT", (1, 8), "3 statements"),
        ("UPDATE t SET a = 1", (1, 1), "`UPDATE`"),
        ("-- why\nCOPY t TO 'x'", (2, 1), "`COPY`"),
        ("EXPLAIN ANALYZE DELETE FROM t", (1, 1), "`EXPLAIN`"),
        ("CALL f()", (1, 1), "`CALL`"),
        ("VALUES (1)", (1, 1), "`VALUES`"),
        ("SELECT a\nINTO x FROM t", (2, 1), "INTO"),
        ("SELECT a FROM t\n  FOR SHARE", (2, 3), "locks rows"),
        ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", (1, 12), "`DELETE`"),
        ("WITH d AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM d", (1, 12), "`INSERT`"),
        ("SELECT a,\n  pg_sleep(5) FROM t", (2, 3), "`pg_sleep`"),
        ('SELECT "pg_sleep"(5)', (1, 8), "`pg_sleep`"),
        ("SELECT pg_catalog.pg_read_file('x')", (1, 19), "`pg_read_file`"),
        ("SELECT lo_import('x')", (1, 8), "`lo_import`"),
        ("SELECT * FROM dblink('x', 'y') AS t(a int)", (1, 15), "`dblink`"),
        ("SELECT * FROM read_csv('/etc/passwd')", (1, 15), "`read_csv`"),
        ("SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", (1, 10), "MySQL runs"),
        ("SELECT a FROM t WHERE b = :b", (1, 1), "a parameter"),
        ("SELECT *\n FROM", (2, 2), "no SQL"),
        ("SELECT 'a", (1, 1), "no SQL"),
        ("SELECT (1", (1, 9), "no SQL"),
    ],
)
def test_all_else_is_refused_at_its_place(text, at, says):
    found = judge(text)
    assert [position(text, f.start) for f in found] == [at]
    assert says in found[0].message
    assert found[0].fix


@pytest.mark.parametrize("text", ["SELECT file FROM pragma_database_list", "SELECT a FROM t JOIN main.PRAGMA_journal_mode ON 1"])
def test_a_pragma_is_no_table_where_it_is_one_of_the_database(text):
    for dialect in ("sqlite", "duckdb"):
        (found,) = judge(text, [dialect])
        assert "which tells of the database and its files" in found.message
        assert text[found.start :].casefold().startswith(("pragma_", "main.pragma_"))
    assert judge(text, ["postgres"]) == []
    assert judge("WITH pragma_x AS (SELECT 1 AS a) SELECT a FROM pragma_x", ["sqlite"]) == []


def test_a_text_that_is_nested_too_deep_is_refused(monkeypatch):
    from sqlglot.dialects.dialect import Dialect

    monkeypatch.setattr(Dialect, "parse", nested_too_deep)
    assert judge("SELECT 1")[0].message.startswith("it is no SQL")


def test_the_dialect_of_the_database_reads_more():
    text = "SELECT TOP 5 a FROM t"
    assert judge(text, ["tsql"]) == judge(text, ANY) == []
    assert judge(text, ["postgres"])


@pytest.mark.parametrize("end", ["", ";", " ; -- x", "\n-- x\n;", " /* ; */"])
def test_what_follows_the_last_word_is_left_out(end):
    assert statement("SELECT ';' AS a -- b\nFROM t" + end, "postgres") == "SELECT ';' AS a -- b\nFROM t"


@pytest.mark.parametrize("kind", ["timestamp", "DATE", "datetime", "time"])
def test_a_cast_to_a_time_is_refused_where_sqlite_makes_a_number_of_it(kind):
    text = f"SELECT id,\n  CAST(at AS {kind}) AS at FROM t"
    (only,) = judge(text, ["sqlite"])
    assert position(text, only.start)[0] == 2
    assert "SQLite makes a number of it" in only.message
    assert judge(text, ["postgres"]) == judge(text) == []
    assert judge("SELECT CAST(strftime('%s', at) AS INTEGER) AS at, date(at) AS d FROM t", ["sqlite"]) == []
