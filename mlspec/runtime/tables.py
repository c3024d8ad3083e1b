"""DuckDB as the stages use it: quoting, a connection that user SQL can't leave, and Parquet that is the same bytes every time."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.diagnostics.atomic import new_file

ROW = "__row"
"""Hidden column: the position of a row in what the stage read, from 1."""
ROW_GROUP = 122_880
"""Rows of a row group of our Parquet files, but for the last: as DuckDB has them."""


def ident(name: str) -> str:
    """Quote a column's or table's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Write a scalar as a SQL literal. Raises TypeError for anything but text, numbers, booleans and None."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"CAST({value!r} AS DOUBLE)" if value == value and abs(value) != float("inf") else f"CAST('{value!r}' AS DOUBLE)"  # noqa: PLR0124
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise TypeError(type(value).__name__)


def literals(values: Iterable[Any]) -> str:
    """Write several scalars, separated by commas."""
    return ", ".join(literal(v) for v in values)


_ASIDE: list[Any] = []
_GUARDED_ASIDE: list[Any] = []
_FROM_AFAR = [True]
_LAST: list[Any] = []
"""The database that was taken last: to destroy one takes 8 ms, which the end of a fork does for nothing."""


def connect() -> Any:
    """Return an in-memory DuckDB of its own that fetches nothing, sees no Python variable, and reads times as UTC."""
    return _set(_taken(_ASIDE.pop()) if _ASIDE else _opened({}))


def beside(connection: Any) -> Any:
    """Return another session of a database, with temporary tables of its own: it takes no time, where a database of its own takes 30 ms."""
    return _set(connection.cursor())


def guarded() -> Any:
    """Return one for SQL of the user's, in which arithmetic without an answer is missing. Call `lock` before that SQL."""
    return _set(_taken(_GUARDED_ASIDE.pop()) if _GUARDED_ASIDE else _defined(_opened({})))


def set_aside(plain: int, own: int) -> None:
    """Open so many ahead, and so many for SQL of the user's, without threads, for the forks of this process: to open one takes 30 ms."""
    _ASIDE.extend(_opened({"threads": 1}) for _ in range(plain))
    _GUARDED_ASIDE.extend(_defined(_opened({"threads": 1})) for _ in range(own))


def _opened(more: dict[str, int]) -> Any:
    import duckdb

    config = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "python_enable_replacements": False}
    nothing_from_afar = {"async_threads": 0} if _FROM_AFAR else {}  # else eight threads
    try:
        return duckdb.connect(":memory:", config={**config, **nothing_from_afar, **more})
    except duckdb.InvalidInputException:
        if not _FROM_AFAR:
            raise
        _FROM_AFAR.clear()  # a release that knows no such threads
        return duckdb.connect(":memory:", config={**config, **more})


def _defined(connection: Any) -> Any:
    from mlspec.runtime.sql_undefined import define

    define(connection)
    return connection


def _taken(aside: Any) -> Any:
    aside.execute("RESET threads")
    _LAST[:] = [aside]
    return aside.cursor()  # it draws random numbers of its own; those of the one set aside are the same in every fork


def _set(connection: Any) -> Any:
    connection.execute("SET TimeZone = 'UTC'")
    no_bar(connection)
    return connection


def no_bar(connection: Any) -> None:
    """Draw none: notebooks have one, and `python -c`. In a notebook without ipywidgets DuckDB refuses even to switch it off."""
    import duckdb

    with contextlib.suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")


def lock(connection: Any, paths: Iterable[Path] = ()) -> None:
    """From here on SQL reaches no disk (but `paths`) and no network, and can't change that: call it before any SQL of the user's."""
    allowed = ", ".join(literal(str(p)) for p in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]; SET enable_external_access = false; SET lock_configuration = true")


def is_nan(column: str) -> str:
    """SQL: a FLOAT or DOUBLE (quoted) is NaN. DuckDB answers `isnan` from a Parquet file's statistics, which leave NaN out."""
    return f"NOT (isfinite({column}) OR isinf({column}))"


def counted(condition: str) -> str:
    """SQL: how many rows meet a condition; quicker than with FILTER."""
    return f"count(CASE WHEN {condition} THEN 1 END)"


def columns_of(connection: Any, relation: str, *, hidden: bool = False) -> dict[str, str]:
    """Return {column: DuckDB type} of a table or a `read_…(…)` call; of the hidden row column only if `hidden`."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {name: kind for name, kind, *_ in rows if hidden or name != ROW}


def parquet(path: Path) -> str:
    """The relation of a Parquet file. DuckDB takes `*?[` in a name for a pattern, which a path of ours never holds."""
    return f"read_parquet({literal(str(path))})"


def numbered(path: Path) -> str:
    """A Parquet file with the hidden row column in front."""
    import pyarrow.parquet as pq

    if "file_row_number" in (name.casefold() for name in pq.read_schema(path).names):  # DuckDB's own name for it; slower, but as right
        return f"(SELECT row_number() OVER () AS {ROW}, * FROM {parquet(path)})"
    relation = f"read_parquet({literal(str(path))}, file_row_number = true)"
    return f"(SELECT file_row_number + 1 AS {ROW}, * EXCLUDE (file_row_number) FROM {relation})"


def copy(connection: Any, query: str, target: Path) -> None:
    """Write a query to Parquet, atomically, rows in the query's order, by all threads. Needs an unlocked connection.

    How rows are laid out depends on the plan of the query: the same query of the same file gives the same bytes.
    """
    options = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, USE_TMP_FILE false)"  # its own `tmp_…` nobody would sweep up
    with new_file(target) as path:
        connection.execute(f"COPY ({query}) TO {literal(str(path))} {options}")


def stream(connection: Any, query: str) -> Any:
    """Return a query's rows as a stream of Arrow batches; read it before the connection's next use."""
    connection.execute("SELECT 1").fetchall()  # ends whatever was fetched only in part, or DuckDB refuses a relation
    return connection.sql(query).to_arrow_reader(ROW_GROUP)


def hand_on(source: Path, target: Path) -> None:
    """Give `target` the bytes of `source`, atomically: a file system that can shares the blocks."""
    with new_file(target) as path, source.open("rb") as old, path.open("wb") as new:
        size, done = os.fstat(old.fileno()).st_size, 0
        while done < size:
            try:
                part = os.copy_file_range(old.fileno(), new.fileno(), size - done)
            except (AttributeError, OSError):  # not of Linux, or from one file system to another
                part = 0
            if not part:
                old.seek(done)
                new.seek(done)
                shutil.copyfileobj(old, new, 1 << 20)
                return
            done += part


def write_arrow(table: Any, target: Path, *, empty: Problems | None = None) -> int:
    """Write an Arrow table or stream of batches to Parquet, atomically; return the number of rows.

    The bytes are those of the rows and their types: row groups of one size, however the batches came, and no word of who made them.
    Raises `empty`, and writes nothing, where there is no row; what DuckDB says of a stream of its own comes as its error.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader = table if isinstance(table, pa.RecordBatchReader) else table.to_reader()
    rows = 0
    with new_file(target) as path:
        with pq.ParquetWriter(path, reader.schema.remove_metadata(), compression="zstd", store_schema=False) as writer:
            for batch in _of_one_size(_read(reader)):
                writer.write_batch(batch.replace_schema_metadata(None))
                rows += batch.num_rows
        if empty and not rows:
            raise empty
    return rows


def write_scratch(reader: Any, target: Path) -> None:
    """Write a stream of Arrow batches to a Parquet file that this stage alone reads: quickly, and not small. Errors as `write_arrow`'s."""
    import pyarrow.parquet as pq

    options: dict[str, Any] = {"compression": "snappy", "use_dictionary": False, "write_statistics": False, "store_schema": False}
    with pq.ParquetWriter(target, reader.schema, **options) as writer:
        for batch in _read(reader):
            writer.write_batch(batch)


def _read(reader: Any) -> Iterator[Any]:
    import duckdb

    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:  # so Arrow passes on what the other side of a stream says
            raise duckdb.Error(str(error)) from error
        yield batch


def _of_one_size(batches: Iterable[Any]) -> Iterator[Any]:
    import pyarrow as pa

    held: list[Any] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= ROW_GROUP:
            table = pa.Table.from_batches(held)
            yield from table.slice(0, ROW_GROUP).combine_chunks().to_batches()
            held, count = table.slice(ROW_GROUP).to_batches(), count - ROW_GROUP
    if count:
        yield from pa.Table.from_batches(held).combine_chunks().to_batches()


def need_column(name: str, columns: Iterable[str], where: str) -> None:
    """Raise MLS0620 when a column is not there. `where` says who wants it: `step 2 (cast)`."""
    known = list(columns)
    if name not in known:
        raise problem("MLS0620", f"{where}: there is no column `{name}`", help=did_you_mean(name, known))


def failure(where: str, error: Exception, code: str = "MLS0624") -> Problems:
    """DuckDB's complaint as a diagnostic."""
    return problem(code, f"{where}: {message(error)}", help="columns are named as they are at that point; text stands in 'single quotes'")


def message(error: Exception) -> str:
    """DuckDB's own words on one line, without the excerpt of our SQL."""
    text = re.split(r"\n\s*\n|\nLINE \d+:", str(error))[0]
    text = re.sub(r"^(?:[A-Z][a-z]+ )+Error: ", "", text)
    return " ".join(text.split())


AGGREGATES = 60
"""So many in one query: DuckDB plans many of them in more than proportional time (2,000 took 19 s on 40 rows; in such parts 0.7 s)."""


def aggregate(connection: Any, relation: str, items: Sequence[str]) -> list[Any]:
    """The values of aggregate expressions over a relation, or of queries of one value beside it, in order.

    The count at the end makes one row of them in any case: queries alone would give a row for each of the relation's.
    """
    parts = (items[start : start + AGGREGATES] for start in range(0, len(items), AGGREGATES))
    rows = (connection.execute(f"SELECT {', '.join(part)}, count(*) FROM {relation}").fetchall()[0] for part in parts)
    return [value for row in rows for value in row[:-1]]
