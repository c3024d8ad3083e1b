"""A group of commands that are found by name and imported only when used, so that start-up stays fast."""

from __future__ import annotations

import importlib
import keyword
from collections.abc import Mapping
from typing import Any

import click


def module_of(modules: str, name: str) -> str:
    """Where a command is: `import` is a word of Python, and no name of a module."""
    return modules.format(name + "_" * keyword.iskeyword(name))


class LazyGroup(click.Group):
    """Commands by name, in sections of the listing, which needs no import at all.

    `sections` is {heading: {name: summary}}; `modules` is where the command `x` is: `modules.format("x")`, its `command`.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Mapping[str, str]], modules: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sections, self.modules = sections, modules
        self.summaries = {name: summary for section in sections.values() for name, summary in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click calls it so
        if cmd_name not in self.summaries:
            return None
        command: click.Command = importlib.import_module(module_of(self.modules, cmd_name)).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        widest = max(map(len, self.summaries))
        for heading, summaries in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), summary) for name, summary in summaries.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.summaries and not args[0].startswith("-"):
            from mlspec.diagnostics import did_you_mean

            ctx.fail(f"no such command `{args[0]}`; {did_you_mean(args[0], self.summaries)}")
        return super().resolve_command(ctx, args)
