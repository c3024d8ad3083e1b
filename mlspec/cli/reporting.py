"""The option `--report FILE`: a document in a file, in the form that its ending asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def report_option(help_text: str) -> Callable[[Any], Any]:
    """Hand `report`, a path that can be written to or None, to a command."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option("--report", type=kind, metavar="FILE", callback=_checked, help=help_text)


def _checked(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a report whose ending says no form, or whose folder is not there, before anything is judged."""
    from mlspec.reports.document import STYLES
    from mlspec.reports.rendering import style_of

    if path is not None and style_of(path) is None:
        raise click.BadParameter(f"`{path}` ends in none of {', '.join(STYLES)}")
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"the folder of `{path}` is not there")
    return path
