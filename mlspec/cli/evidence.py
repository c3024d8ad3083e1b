"""`mlspec evidence`: the documents of a model version."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context


@click.command("evidence")
@click.argument("model")
@click.argument("version", required=False, metavar="[VERSION]")
@click.option("--env", "environment", metavar="ENVIRONMENT", help="Whose claims to use.  [default: the last that has one of this version]")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="[default: evidence/MODEL/VERSION]")
def command(model: str, version: str | None, environment: str | None, output: Path | None) -> int:
    """Write the evidence pack of MODEL (such as `model/demand`): card, datasheet, bill of materials, provenance, Annex IV, ML Test Score.

    VERSION: such as v1.2.0; what is deployed last, or the newest, when left out. Everything comes from Git, nothing is fetched; what nobody
    wrote is said to be missing.
    """
    pack = context.opened().evidence(model, version, environment=environment)
    facts = pack.facts
    folder = output or Path("evidence") / facts.name / facts.version
    pack.write(folder)
    used = f"with the claims of {facts.environment}" if facts.claims else "without a claim: it was not promoted"
    console.out(
        f"model/{facts.name} {facts.version}, {used}: {len(pack.files)} files in {folder.as_posix()}, {pack.gaps} places marked missing."
    )
    for note in facts.notes:
        console.err(f"note: {note}")
    return console.EXIT_OK
