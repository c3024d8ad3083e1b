"""pseudonymise: a value becomes its keyed digest, the same in every source with the same key; without the key nobody can try values."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.runtime.clean.casting import missing, spelled
from mlspec.runtime.report import show
from mlspec.runtime.tables import ROW, ident

DIGITS, CHECK_DIGITS, SHORTEST = 32, 16, 16
"""Of hexadecimal digits of a pseudonym (128 bits) and of the check; and bytes of a key."""


def pseudonym(key: bytes, text: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of the text in UTF-8, its first 32 digits."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:DIGITS]


def pseudonymising(connection: Any, columns: Mapping[str, str], settings: Mapping[str, Any], where: str) -> str:
    """Return the query that replaces a column's values; missing ones stay missing. Raises MLS0628 where the key is not the one meant."""
    import pyarrow as pa

    key = _key(settings, where)
    name = settings["column"]
    column, kind = ident(name), columns[name]
    value = f"CASE WHEN NOT {missing(column, kind)} THEN {spelled(column, kind)} END"
    known = [v for (v,) in connection.execute(f"SELECT DISTINCT {value} AS v FROM data WHERE v IS NOT NULL ORDER BY v").fetchall()]
    pairs = pa.table({"v": pa.array(known, pa.string()), "p": pa.array([pseudonym(key, v) for v in known], pa.string())})
    connection.register("pseudonyms", pairs)
    connection.execute("CREATE OR REPLACE TABLE known_pseudonyms AS SELECT * FROM pseudonyms")
    connection.unregister("pseudonyms")
    joined = f"(SELECT *, {value} AS __value FROM data) AS d LEFT JOIN known_pseudonyms AS k ON d.__value = k.v"
    return f"SELECT d.* EXCLUDE (__value) REPLACE (k.p AS {column}) FROM {joined} ORDER BY d.{ROW}"


def _key(settings: Mapping[str, Any], where: str) -> bytes:
    name = settings["key"]
    key = os.environ.get(name, "").encode()
    if len(key) < SHORTEST:
        state = f"holds {len(key)} bytes, and a key has {SHORTEST} or more" if key else "is not set"
        fix = f"set it to the key: `export {name}=$(openssl rand -hex 32)` makes a new one"
        raise problem("MLS0628", f"{where}: the variable {name} {state}", help=fix)
    found = pseudonym(key, "")[:CHECK_DIGITS]
    wanted = settings.get("check")
    if wanted is None:
        fix = f'write `check: "{found}"` beside `key`: another key makes other pseudonyms, and no row of a person meets their others'
        show([Diagnostic("MLS0629", f"{where}: any key in {name} is taken", help=fix, severity="warning")])
    elif not hmac.compare_digest(found, wanted):
        message = f"{where}: the key in {name} is not the one that `check` is of"
        raise problem("MLS0628", message, help="take the key that the rows so far were made with; for a new key write its own `check`")
    return key
