"""A group of commands that are found by name and imported only when used, so that start-up stays fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name; `modules` is where the command `x` is: `modules.format("x")`, its `command`. The listing needs no import at all."""

    def __init__(self, *args: Any, summaries: Mapping[str, str], modules: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.summaries, self.modules = summaries, modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click calls it so
        if cmd_name not in self.summaries:
            return None
        command: click.Command = importlib.import_module(self.modules.format(cmd_name)).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.summaries and not args[0].startswith("-"):
            from mlspec.diagnostics import did_you_mean

            ctx.fail(f"no such command `{args[0]}`; {did_you_mean(args[0], self.summaries)}")
        return super().resolve_command(ctx, args)
