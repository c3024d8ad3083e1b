"""Types and values in Spark's words. A text is written as the bytes of its UTF-8, so that nothing of a spec is ever read as SQL."""

from __future__ import annotations

import re

from mlspec.runtime.clean.casting import WHOLE
from mlspec.runtime.validate.spark.trees import Constant
from mlspec.runtime.validate.spark.unlike import Unlike

TYPES = {
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "STRING",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
"""DuckDB type -> Spark's of the same values. Decimals beside."""
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")


def spark_type(kind: str) -> str:
    """Spark's type of the same values. Raises Unlike where it has none."""
    if _DECIMAL.fullmatch(kind):
        return kind
    if kind not in TYPES:
        raise Unlike(f"values of the type {kind.casefold()}{', which Spark has not' if kind in WHOLE else ''}")
    return TYPES[kind]


def is_decimal(kind: str) -> bool:
    """Whether it is an exact decimal."""
    return _DECIMAL.fullmatch(kind) is not None


def text_literal(text: str) -> str:
    """A text as Spark SQL."""
    return f"CAST(unhex('{text.encode().hex()}') AS STRING)"


def literal(value: Constant) -> str:
    """A value as Spark SQL. Raises Unlike for one that Spark has not."""
    kind = "VARCHAR" if value.kind == '"NULL"' else value.kind
    to = spark_type(kind)
    if value.text is None:
        return f"CAST(NULL AS {to})"
    if kind == "VARCHAR":
        return text_literal(value.text)
    if kind in ("FLOAT", "DOUBLE"):
        return f"CAST('{_number(value.text)}' AS {to})"
    if kind in ("DATE", "TIMESTAMP") and not _TIME.fullmatch(value.text):
        raise Unlike(f"the time {value.text}")
    return f"CAST('{value.text}' AS {to})"


def _number(text: str) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text.casefold(), text)
