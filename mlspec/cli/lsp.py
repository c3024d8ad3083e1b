"""`mlspec lsp`: the language server, for editors."""

from __future__ import annotations

import gc

import click

from mlspec.diagnostics import problem


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Speak over standard input and output; the only way, and the default.")
def command(stdio: bool) -> int:  # noqa: ARG001, FBT001 - editors pass it
    """Serve an editor: diagnostics, completion, hover, navigation, rename. See docs/guides/editors.md."""
    try:
        from mlspec.lsp.server import serve
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.split(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs", "attr"):
            raise
        raise problem(
            "MLS0005", "the language server needs the package `pygls`, which is not installed", help="`pip install 'mlspec-gitops[lsp]'`"
        ) from None
    gc.enable()  # a server stays
    return serve()
