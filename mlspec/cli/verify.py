"""`mlspec verify`: recompute digests and gates, and refuse what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.pipelines.workspace import Workspace
    from mlspec.promotion.verify.deployed import Looked


@click.command("verify")
@click.argument("deployments", nargs=-1, metavar="[DEPLOYMENT]...")
@click.option("--base", metavar="COMMIT", help="Check the change from this commit or branch to the checkout, as a required check does.")
@click.option("--format", "style", type=click.Choice(["full", "concise", "json", "sarif", "github"]), default="full", show_default=True)
def command(deployments: tuple[str, ...], base: str | None, style: str) -> int:
    """Check that what is deployed is what was approved, down to the bytes. DEPLOYMENT is such as `deployment/staging/demand`.

    Where a Policy asks for approvals, GitHub is asked for those of the merged pull request (GH_TOKEN or GITHUB_TOKEN).
    With --base, check that the promotion in this change may be merged: everything is recomputed, with the base branch's KPIs.
    """
    loaded = context.load_project(show_warnings=False)
    return _change(loaded, base, style) if base else _deployed(loaded, deployments, style)


def _change(loaded: Workspace, base: str, style: str) -> int:
    from mlspec.promotion.verify.change import check_change

    checked = check_change(loaded.root, loaded.project, loaded.graph, base)
    code = console.show(checked.diagnostics, style)
    if code == console.EXIT_OK and style in ("full", "concise"):
        console.out("\n".join(f"{ref}: verified against {base}" for ref in checked.promoted) or "No promotion in this change.")
        for line in checked.signed:
            console.out(f"  {line}")
    return code


def _deployed(loaded: Workspace, references: tuple[str, ...], style: str) -> int:
    from mlspec.diagnostics import has_errors
    from mlspec.promotion.place import find_deployment
    from mlspec.promotion.verify.approved import check_approved
    from mlspec.promotion.verify.deployed import look_at
    from mlspec.registry.signing.trust import trust_here

    chosen = [find_deployment(loaded.project, r) for r in references] or [d for _, d in sorted(loaded.project.deployments.items())]
    trust = trust_here(loaded.root, loaded.project)
    found = {d.ref: look_at(loaded.root, loaded.project, d, trust=trust) for d in chosen}
    for deployment in chosen:
        looked = found[deployment.ref]
        looked.diagnostics.extend([] if has_errors(looked.diagnostics) else check_approved(loaded.root, loaded.project, deployment))
    code = console.show([p for looked in found.values() for p in looked.diagnostics], style)
    if style in ("full", "concise"):
        for deployment in chosen:
            looked = found[deployment.ref]
            console.out("\n  ".join([f"{deployment.ref}: {_state(deployment.envelope.spec.version, looked)}", *looked.signed]))
        _tell_moved_tags(loaded)
    return code


def _tell_moved_tags(loaded: Workspace) -> None:
    """No verdict goes by a tag: what is wrong with them is told, and the exit code stays."""
    from dataclasses import replace

    from mlspec.registry.tags.mark import moved_tags

    found = moved_tags(loaded.root, loaded.project.settings.envelope.spec.ci.branch)
    console.show([replace(d, severity="warning") for d in found])


def _state(version: str | None, looked: Looked) -> str:
    if version is None:
        return "no version yet"
    from mlspec.diagnostics import has_errors

    return f"{version} REFUSED" if has_errors(looked.diagnostics) else f"{version} verified"
