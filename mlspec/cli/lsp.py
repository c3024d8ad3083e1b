"""`mlspec lsp`: the language server, for editors."""

from __future__ import annotations

import gc

import click


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Speak over standard input and output; the only way, and the default.")
def command(stdio: bool) -> int:  # noqa: ARG001, FBT001 - editors pass it
    """Serve an editor: diagnostics, completion, hover, navigation, rename. See docs/guides/editors.md."""
    from mlspec.lsp.server import serve

    gc.enable()  # a server stays
    return serve()
