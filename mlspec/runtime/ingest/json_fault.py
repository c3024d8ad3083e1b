"""Where a JSON file is wrong: DuckDB counts lines from 2, and names the machine's path."""

from __future__ import annotations

import codecs
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime.ingest.text_file import opened

_LARGEST = 1 << 28
"""Bytes of an array that are read again, at once, to find its fault."""
_UTF8 = "JSON is UTF-8 text: save the file so"
_HELP = "mend it there: names and text stand in double quotes, nothing follows the last value, and a row of `jsonl` is one line"
_ROWS = 'write each row as an object with names: `{"name": "value"}`'


@contextmanager
def without_mark(path: Path, form: str) -> Iterator[Path]:
    """Yield a path without the byte order mark that some programs begin a `jsonl` with: DuckDB reads it in an array only."""
    with opened(path) as handle:
        if form != "jsonl" or handle.read(3) != codecs.BOM_UTF8:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            copy = Path(folder) / "source.jsonl"
            with copy.open("wb") as out:
                shutil.copyfileobj(handle, out)
            yield copy


def check_encoding(path: Path, form: str, shown: str) -> None:
    """Raise MLS0612 for UTF-16, as PowerShell writes it."""
    with opened(path) as handle:
        if handle.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise problem("MLS0612", f"`{shown}` can't be read as {form}: it is utf-16 text", help=_UTF8)


def json_fault(path: Path, form: str, shown: str) -> Problems | None:
    """The diagnostic for the first place that is no JSON, or no row; None where none is found."""
    with opened(path) as handle:
        try:
            if form == "json":
                text = handle.read(_LARGEST + 1)
                _parse(text if len(text) <= _LARGEST else b"null", 1)
                return None
            for number, line in enumerate(handle, start=1):
                if line.strip() and not isinstance(_parse(line.rstrip(b"\r\n"), number), dict):
                    return problem("MLS0612", f"`{shown}` can't be read as {form}: line {number} is no object", help=_ROWS)
        except _FaultError as fault:
            return problem("MLS0612", f"`{shown}` can't be read as {form}: {fault}", help=fault.fix)
    return None


class _FaultError(Exception):
    def __init__(self, words: str, fix: str) -> None:
        super().__init__(words)
        self.fix = fix


def _parse(text: bytes, line: int) -> object:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        bad = line + text.count(b"\n", 0, error.start)
        raise _FaultError(f"line {bad} is not utf-8 text", _UTF8) from error
    except json.JSONDecodeError as error:
        raise _FaultError(f"line {line + error.lineno - 1}, column {error.colno}: {error.msg}", _HELP) from error
    except (RecursionError, ValueError):
        return {}
