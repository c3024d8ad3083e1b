"""`mlspec validate`: every problem of every file in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlspec.compiler.memory.checked import Checked
    from mlspec.diagnostics import Diagnostic
    from mlspec.setup.fixing import Fixes


def _rules(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of lint rules: the option given again, or with commas. Refuses those that do not exist."""
    if not given:  # the rules are not even looked up
        return ()
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
@click.option("--watch", is_flag=True, help="Check again whenever a spec changes, until Ctrl-C.")
@click.option("--no-cache", "cold", is_flag=True, help="Remember nothing, and believe nothing of what was remembered.")
def command(
    style: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,  # noqa: FBT001
    diff: bool,  # noqa: FBT001
    strict: bool,  # noqa: FBT001
    watch: bool,  # noqa: FBT001
    cold: bool,  # noqa: FBT001
) -> int:
    """Check every spec and report all problems. Exit code 1 when there are errors.

    The base installation leaves out what needs DuckDB, scikit-learn or cryptography, and says which: a note, with --strict an error.

    What is unchanged since the last time is not compiled again; --no-cache compiles everything. With --watch findings are printed anew
    after each change of what they hang on; Ctrl-C ends it, with the exit code of the last check: 0 or 1.

    A project without errors is linted: `mlspec explain MLS1001` says what a rule looks for, `lint` in mlspec.yaml which of them run.
    """
    from mlspec.diagnostics import unchecked

    if diff and not fix:
        raise click.UsageError("`--diff` goes with `--fix`")
    if watch and (fix or cold or style not in ("full", "concise")):
        raise click.UsageError("`--watch` goes with `--format full` or `concise`, and neither with `--fix` nor with `--no-cache`")
    project = context.opened()
    if fix:
        fixes = project.fix(write=not diff, select=select, ignore=ignore)
        found = unchecked.judged(fixes.remaining, strict=strict)
        code, compiled = _tell(fixes, found, style, written=not diff), fixes.compiled
        return _ended(code, style, compiled.project.counted() if compiled.project else None, found)
    if watch:
        from mlspec.cli.watch import watch as begin

        return begin(project.root, lambda checked: _shown(checked, style, strict=strict), select, ignore)
    return _shown(project.checked(select, ignore, cold=cold), style, strict=strict)


def _shown(checked: Checked, style: str, *, strict: bool) -> int:
    """Print what was found, and the exit code that it calls for."""
    from mlspec.diagnostics import unchecked

    found = unchecked.judged(checked.diagnostics, strict=strict)
    return _ended(console.show(found, style), style, checked.counted, found)


def _ended(code: int, style: str, counted: str | None, found: Sequence[Diagnostic]) -> int:
    from mlspec.diagnostics import unchecked

    if code == console.EXIT_OK and style in ("full", "concise") and counted is not None:
        console.out(f"ok{', as far as it was checked' if unchecked.in_any(found) else ''}: {counted}")
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
