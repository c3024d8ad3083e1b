"""The command line: verbs are found by name and imported only when used, so that start-up stays fast."""

from __future__ import annotations

import gc
import importlib
import sys

import click

VERBS = {
    "init": "Start a project in an empty folder.",
    "validate": "Check every spec and report all problems.",
    "fmt": "Write specs in canonical form, comments kept.",
    "migrate": "Rewrite specs of an older version of the language.",
    "plan": "Show which files would change and which stages would run, and why.",
    "apply": "Write the DVC pipelines and workflows that the specs declare.",
    "run": "Run what is stale, with DVC.",
    "gate": "Judge a model's KPIs against baseline and champion.",
    "status": "Show desired and observed state of every object.",
    "promote": "Open the pull request that promotes a model version.",
    "verify": "Recompute digests and gates of promotions, and refuse what moved.",
    "rollback": "Open the pull request that goes back to the previous version.",
    "reconcile": "Bring what is deployed to what Git declares.",
    "explain": "Explain an object or a diagnostic code.",
    "schema": "Write the JSON Schemas of the language.",
    "lsp": "Serve an editor: diagnostics, completion, hover, rename.",
}
ADVICE = "Start with `mlspec validate`, `mlspec plan`, `mlspec apply`, `mlspec run`."


class Verbs(click.Group):
    """Imports `mlspec.cli.<verb>` on use; the listing needs no import at all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click calls it so
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"mlspec.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from mlspec.diagnostics import did_you_mean

            ctx.fail(f"no such command `{args[0]}`; {did_you_mean(args[0], VERBS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, epilog=ADVICE, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mlspec-gitops", prog_name="mlspec")
def app() -> None:
    """GitOps for machine learning: specs in Git, training by DVC, promotion by pull request."""


def main() -> None:
    """Run the command line. Exit codes: 0 ok, 1 problems, 2 changes pending or wrong usage, 3 a bug, 130 Ctrl-C."""
    from mlspec.cli import console

    gc.disable()  # until the project is read (context.load_project): a verb that only reads ends before circles would matter
    sys.exit(console.guard(app))
