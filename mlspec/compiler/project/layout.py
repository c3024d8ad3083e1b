"""Where the generated folders and what they hold are."""

from __future__ import annotations


def source_folder(name: str) -> str:
    return f"pipelines/data/{name}"


def source_output(name: str) -> str:
    """The rows that models read."""
    return f"{source_folder(name)}/valid.parquet"
