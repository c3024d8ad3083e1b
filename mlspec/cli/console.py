"""The only module that prints. Verbs hand it text, tables and diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

from mlspec.diagnostics import Diagnostic, Problems, has_errors, sort_key

EXIT_OK, EXIT_PROBLEMS, EXIT_CHANGES, EXIT_BUG, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def out(text: str = "") -> None:
    """Print a line of result to standard output."""
    _write(sys.stdout, _told(text))


def document(form: Any) -> None:
    """Print a result for programs, as JSON that no name in it can make write to a terminal, or stop from being written."""
    from mlspec.diagnostics.render.json_text import dump

    out(dump(form).rstrip("\n"))


def err(text: str) -> None:
    """Print a line about the work itself to standard error."""
    if _LAST_LINE:
        sys.stderr.write(_ERASE)
    _write(sys.stderr, _told(text))
    if _LAST_LINE:
        _draw(_LAST_LINE[0])


def last_line(text: str | None) -> None:
    """Keep a line below all others on a terminal, drawn anew as they come; None takes it away. Elsewhere nothing."""
    if not sys.stderr.isatty():
        return
    _LAST_LINE[:] = [] if text is None else [text]
    sys.stderr.write(_ERASE)
    _draw(text or "")


_LAST_LINE: list[str] = []
_ERASE = "\r\x1b[K"


def _draw(text: str) -> None:
    import shutil

    sys.stderr.write(text[: shutil.get_terminal_size().columns - 1])
    sys.stderr.flush()


def _write(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")
    stream.flush()


def _told(text: str) -> str:
    """In a job of GitHub Actions, what the runner would take for a command to itself is no command: names and cells of data stand in texts.

    The runner reads `::command::` at the start of a line, and the old form `##[command]` anywhere.
    """
    if not is_on_github() or not ("::" in text or "##[" in text):
        return text
    import re

    return re.sub(r"(^|[\r\n])(\s*)::", r"\1\2: :", text).replace("##[", "## [")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Print an aligned table; plain text, no wrapping, so that it can be piped."""
    from mlspec.reports.aligned import layout

    if title:
        out(title)
    for line in layout(headings, rows):
        out(line)


def show(diagnostics: Iterable[Diagnostic], style: str = "full", sources: Mapping[str, str] | None = None) -> int:
    """Print diagnostics in a style and return the exit code they call for. `sources`: texts that are not on disk, by path."""
    from mlspec.diagnostics.render import render

    found = sorted(diagnostics, key=sort_key)
    text = render(found, style, colour=style == "full" and _wants_colour(sys.stderr), sources=sources)
    if text and style in ("json", "sarif", "github"):
        _write(sys.stdout, text.rstrip("\n"))
    elif text:
        err(text.rstrip("\n"))
    return EXIT_PROBLEMS if has_errors(found) else EXIT_OK


def step_output(name: str, value: str) -> None:
    """Hand a value to the later steps of a GitHub Actions job; elsewhere nothing. One line: what could forge a second output is refused."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    if "\n" in value or "\r" in value:
        raise ValueError(name)
    with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - keeps pathlib out of start-up
        file.write(f"{name}={value}\n")


def step_summary(markdown: str) -> None:
    """Add Markdown to the page of a GitHub Actions run; elsewhere nothing."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - keeps pathlib out of start-up
            file.write(markdown.rstrip("\n") + "\n")


def is_on_github() -> bool:
    """Whether this is a step of a GitHub Actions job."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _wants_colour(stream: Any) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ


def guard(app: Callable[..., Any]) -> int:  # noqa: PLR0911 - one ending a line
    """Run the app and turn every ending into a documented exit code, never a bare traceback."""
    import click

    try:
        result = app(standalone_mode=False)
    except Problems as found:
        return show(found.diagnostics, sources=found.sources)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        err("interrupted")
        return EXIT_INTERRUPTED
    except click.ClickException as wrong:
        wrong.show()
        return EXIT_CHANGES
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nobody reads any more; keep the exit quiet
        return EXIT_OK
    except Exception as bug:  # noqa: BLE001 - the last line of defence: report, never spill
        from mlspec.cli.bug import report
        from mlspec.diagnostics import extras

        if isinstance(bug, ModuleNotFoundError) and (missing := extras.lacking(bug)):
            return show([missing])

        err(report(bug))
        return EXIT_BUG
    return result if isinstance(result, int) else EXIT_OK
