"""`mlspec validate`: every problem of every file in one run."""

from __future__ import annotations

import click

from mlspec.cli import console, context


def _rules(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of lint rules: the option given again, or with commas. Refuses those that do not exist."""
    from mlspec.compiler.lint.choose import GROUPS, unknown
    from mlspec.compiler.lint.registry import all_rules
    from mlspec.diagnostics import did_you_mean

    names = tuple(n if n in GROUPS else n.upper() for part in given for n in part.replace(",", " ").split())
    wrong = unknown(names)
    if wrong:
        advice = did_you_mean(wrong[0], [*GROUPS, *(r.code for r in all_rules())])
        raise click.BadParameter(f"there is no lint rule `{wrong[0]}`; {advice}")
    return names


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
def command(style: str, select: tuple[str, ...], ignore: tuple[str, ...], fix: bool, diff: bool) -> int:  # noqa: FBT001
    """Check every spec and report all problems. Exit code 1 when there are errors.

    A project without errors is linted: `mlspec explain MLS1001` says what a rule looks for, `lint` in mlspec.yaml which of them run.
    """
    from mlspec.cli.fixing import fix_files, with_fixes
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import compile_root

    if diff and not fix:
        raise click.UsageError("`--diff` goes with `--fix`")
    root, wish = context.project_root(), Wish(select, ignore)
    if fix:
        fixed, texts = fix_files(root, lambda files: compile_root(root, files, wish=wish).diagnostics, write=not diff)
        compiled = compile_root(root, fixed.files, wish=wish)
        code = console.show(fixed.remaining, style, texts)
    else:
        compiled = compile_root(root, wish=wish)
        code = console.show(with_fixes(root, compiled.diagnostics), style)
    if code == console.EXIT_OK and style in ("full", "concise") and compiled.project is not None:
        console.out(f"ok: {count(compiled.project)}")
    return code


def count(project: object) -> str:
    """`1 source, 3 models, …`: what the project declares."""
    tables = (
        ("source", "sources"),
        ("rule set", "rules"),
        ("model", "models"),
        ("KPI set", "kpi_sets"),
        ("target", "targets"),
        ("deployment", "deployments"),
    )
    sizes = [(len(getattr(project, table)), word) for word, table in tables]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in sizes if n) or "no objects yet"
