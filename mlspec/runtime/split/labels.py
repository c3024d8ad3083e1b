"""Rows with the labels that annotators gave them: joined by key, where the model names a label set. Rows without a label are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.tables import ident


def files(context: Context) -> list[Path]:
    """What is read. Raises MLS0603."""
    labels = context.params.get("labels")
    return [context.need(context.params["input"]), *([context.need(labels["input"])] if labels else [])]


def labelled(context: Context) -> str:
    """The relation of the rows, numbered as they stand in the input, with their labels as the last column; unlabelled ones left out."""
    source, *labels = files(context)
    rows = tables.numbered(source)
    if not labels:
        return rows
    key, target = ident(context.params["labels"]["key"]), ident(context.params["target"])
    return (
        f"(SELECT r.*, l.{target} FROM {rows} AS r JOIN {tables.parquet(labels[0])} AS l ON r.{key} = l.{key} WHERE l.{target} IS NOT NULL)"
    )


def check_join(connection: Any, context: Context) -> None:
    """Raise MLS0646 where labels can't be joined to the rows by their key: it is missing there, of another type, or names several rows."""
    source, *labels = files(context)
    if not labels:
        return
    key, target = context.params["labels"]["key"], context.params["target"]
    columns = tables.columns_of(connection, tables.parquet(source))
    known = tables.columns_of(connection, tables.parquet(labels[0]))
    if key not in columns:
        raise problem("MLS0646", f"the rows have no column `{key}`, by which labels are joined", help=did_you_mean(key, columns))
    if target not in known:
        raise problem("MLS0646", f"the labels have no column `{target}`, which is the target", help=did_you_mean(target, known))
    if columns[key] != known[key]:
        message = f"`{key}` is {columns[key].casefold()} in the rows, and {known[key].casefold()} in the labels"
        raise problem("MLS0646", message, help="run the label set again: `mlspec run`")
    if target.casefold() in (c.casefold() for c in columns):
        raise problem("MLS0646", f"the rows have a column `{target}` already, and the label has that name", help="rename one of the two")
    twice = f"SELECT count(*) - count(DISTINCT {ident(key)}) FROM {labelled(context)}"
    if connection.execute(twice).fetchall()[0][0]:
        raise problem("MLS0646", f"`{key}` names several rows, and a label is of one row", help="take a key that is unique")


def left_out(context: Context) -> dict[str, Any]:
    """For split.json: how many rows have no label; nothing without a label set."""
    source, *labels = files(context)
    if not labels:
        return {}
    connection = tables.connect()
    total, known = (
        int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])
        for relation in (tables.parquet(source), labelled(context))
    )
    return {"labels": {"labelled": known, "unlabelled": total - known}}
