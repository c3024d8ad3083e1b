"""`mlspec validate`: every problem of every file in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlspec.diagnostics import Diagnostic
    from mlspec.setup.fixing import Fixes


def _rules(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of lint rules: the option given again, or with commas. Refuses those that do not exist."""
    from mlspec.compiler.lint.choose import require_known
    from mlspec.diagnostics import Problems

    try:
        return require_known(part for option in given for part in option.replace(",", " ").split())
    except Problems as wrong:
        told = wrong.diagnostics[0]
        raise click.BadParameter(f"{told.message}; {told.help}") from None


@click.command("validate")
@click.option(
    "--format",
    "style",
    type=click.Choice(["full", "concise", "json", "sarif", "github"]),
    default="full",
    show_default=True,
    help="How to print.",
)
@click.option(
    "--select", multiple=True, callback=_rules, metavar="CODE", help="Lint rules to run, in place of the project's; also: all, default."
)
@click.option("--ignore", multiple=True, callback=_rules, metavar="CODE", help="Lint rules not to run.")
@click.option("--fix", "fix", is_flag=True, help="Write what is clearly meant where a mistake leaves no doubt; report what remains.")
@click.option("--diff", "--dry-run", "diff", is_flag=True, help="With --fix: write nothing, show what would change.")
@click.option("--strict", is_flag=True, help="Exit 1 also where a check had to be left out, for want of a library.")
def command(style: str, select: tuple[str, ...], ignore: tuple[str, ...], fix: bool, diff: bool, strict: bool) -> int:  # noqa: FBT001
    """Check every spec and report all problems. Exit code 1 when there are errors.

    The base installation leaves out what needs DuckDB, scikit-learn or cryptography, and says which: a note, with --strict an error.

    A project without errors is linted: `mlspec explain MLS1001` says what a rule looks for, `lint` in mlspec.yaml which of them run.
    """
    from mlspec.compiler.check import left_out

    if diff and not fix:
        raise click.UsageError("`--diff` goes with `--fix`")
    project = context.opened()
    if fix:
        fixes = project.fix(write=not diff, select=select, ignore=ignore)
        compiled, found = fixes.compiled, left_out.judged(fixes.remaining, strict=strict)
        code = _tell(fixes, found, style, written=not diff)
    else:
        compiled = project.validate(select=select, ignore=ignore)
        found = left_out.judged(compiled.diagnostics, strict=strict)
        code = console.show(found, style)
    if code == console.EXIT_OK and style in ("full", "concise") and compiled.project is not None:
        console.out(f"ok{', as far as it was checked' if left_out.in_any(found) else ''}: {compiled.project.counted()}")
    return code


def _tell(fixes: Fixes, remaining: Sequence[Diagnostic], style: str, *, written: bool) -> int:
    """What was mended, or the diff of what would be; then what remains."""
    if written:
        for done in fixes.applied:
            console.err(done)
        if fixes.lock:
            console.err(f"fixed {fixes.lock[0]}: written, with the versions that are installed here")
        return console.show(remaining, style)
    from mlspec.language.format.unified import unified

    for path, content in fixes.after.items():
        console.out(unified(path, fixes.before[path].decode(), content.decode()).rstrip("\n"))
    if fixes.lock:
        console.out(unified(fixes.lock[0], "", fixes.lock[1]).rstrip("\n"))
    return console.show(remaining, style, {path: text.decode(errors="replace") for path, text in fixes.texts.items()})
