"""`mlspec gate`: judge models as they were trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.gates.evidence import Judgement
    from mlspec.pipelines.workspace import Workspace


@click.command("gate")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "everything", is_flag=True, help="Every model that has KPIs (so does naming none).")
@click.option("--env", "environment", metavar="ENVIRONMENT", help="Judge as a promotion to it would: its overlays, champion and waivers.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
def command(models: tuple[str, ...], everything: bool, environment: str | None, style: str) -> int:  # noqa: FBT001
    """Judge a model's KPIs against baseline and champion. MODEL is such as `model/demand`. Exit 1 unless all pass and none is stale."""
    from mlspec.gates.workspace import judge_workspace, models_with_kpis
    from mlspec.promotion.place import model_name

    loaded = context.load_project(show_warnings=False)
    project, graph = loaded.project, loaded.graph
    names = models_with_kpis(project) if everything or not models else [model_name(project, m) for m in models]
    judgements = [judge_workspace(loaded.root, project, graph, name, project, environment) for name in names]
    _print(judgements, style, _uses(loaded, judgements, environment))
    stale = _tell_stale(loaded, names)
    return console.EXIT_OK if all(j.passed for j in judgements) and not stale else console.EXIT_PROBLEMS


def _tell_stale(loaded: Workspace, names: list[str]) -> bool:
    """What is judged is what was trained: a verdict on rows or specs of yesterday is none. Returns whether there is such a model."""
    from mlspec.diagnostics import Diagnostic
    from mlspec.pipelines.plan.staleness import stage_states
    from mlspec.pipelines.run.selection import select

    stale = {s.ref: s for s in reversed(stage_states(loaded.root, loaded.graph)) if s.status == "run"}
    told: list[Diagnostic] = []
    for name in names:
        upstream = [p.ref for p in select(loaded.graph, [f"model/{name}"])]
        if found := next((stale[ref] for ref in upstream if ref in stale), None):
            why = f"{found.ref} {found.stage}: {found.reasons[0]}" if found.reasons else f"{found.ref} {found.stage}"
            message = f"model/{name} is stale ({why}): what was trained is judged, not what the specs and the data are now"
            told.append(Diagnostic("MLS0729", message, None, f"`mlspec run model/{name}`, and judge again"))
    console.show(told)
    return bool(told)


def _uses(loaded: Workspace, judgements: list[Judgement], environment: str | None) -> dict[str, str]:
    """{model: what is told of its test set's uses}; empty where there is no history to count them in."""
    from mlspec.adapters.git.repository import open_repository
    from mlspec.diagnostics import Problems
    from mlspec.gates.evidence import require_kpis
    from mlspec.gates.uses import uses_of, uses_told

    try:
        repository = open_repository(loaded.root)
        found = uses_of(repository, repository.require_commits(), [j.candidate for j in judgements])
    except Problems:
        return {}
    return {model: uses_told(holdout, require_kpis(loaded.project, model, environment)) for model, holdout in found.items()}


def _print(judgements: list[Judgement], style: str, uses: dict[str, str]) -> None:
    import json

    from mlspec.gates.tables import as_json
    from mlspec.promotion.body import breakdown_tables, kpi_table, verdict

    if style == "json":
        console.out(
            json.dumps(
                {"version": 1, "models": [{**as_json(j), "testSet": uses.get(j.model)} for j in judgements]}, indent=2, ensure_ascii=False
            )
        )
    elif style == "markdown":
        console.out(
            "\n".join(f"{verdict(j)}\n\n{kpi_table(j)}\n{breakdown_tables(j)}\n{uses.get(j.model, '')}\n" for j in judgements).rstrip("\n")
        )
    else:
        for judgement in judgements:
            show_judgement(judgement)
            if judgement.model in uses:
                console.out(uses[judgement.model])


def show_judgement(judgement: Judgement) -> None:
    """Print the gate table with its verdict, and why for each gate that stands in the way."""
    from mlspec.gates.tables import HEADINGS, breakdown_rows, gate_rows, reasons, verdict_line, waived

    console.table(HEADINGS, gate_rows(judgement), title=f"model/{judgement.candidate.model}")
    for found in judgement.breakdowns:
        console.table(found.headings, breakdown_rows(found), title=f"model/{judgement.candidate.model} by {found.by}")
    console.out(verdict_line(judgement))
    for line in reasons(judgement):
        console.out(f"  {line}")
    for gate, waiver in waived(judgement):
        console.out(f"  waived: {gate.message}; by waiver/{waiver.name} of {waiver.owner}, until {waiver.until}: {waiver.reason}")
