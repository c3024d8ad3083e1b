"""Options that name a file to write: its ending says the form, and what is wrong with it is told before any work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click


def report_option(help_text: str) -> Callable[[Any], Any]:
    """Hand `report`, a path that can be written to or None, to a command: a document in the form that its ending asks for."""
    return _file_option("--report", help_text, _styles, str.lower)


def out_option(*endings: str) -> Callable[[Any], Any]:
    """Hand `out`, a path with one of these endings that can be written to or None, to a command."""
    return _file_option("--out", "Write all to a file.", lambda: endings)


def _file_option(
    name: str, help_text: str, endings: Callable[[], Iterable[str]], spelt: Callable[[str], str] = str
) -> Callable[[Any], Any]:
    """An option that refuses a file whose ending (as `spelt` has it) says no form, or whose folder is not there."""

    def checked(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
        if path is not None and spelt(path.suffix) not in (known := tuple(endings())):
            raise click.BadParameter(f"`{path}` ends in none of {', '.join(known)}")
        if path is not None and not path.parent.is_dir():
            raise click.BadParameter(f"the folder of `{path}` is not there")
        return path

    return click.option(name, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", callback=checked, help=help_text)


def _styles() -> Iterable[str]:
    from mlspec.reports.document import STYLES

    return STYLES
