"""The demo's last words: what happened, and where to look."""

from __future__ import annotations

from demo.screen import BOLD
from demo.world import World


def show(world: World, *, servers_kept: bool) -> None:
    """Print what happened, and the places worth a look."""
    line = world.screen.line
    line()
    line("What happened", BOLD)
    for fact in world.facts:
        line(f"  {fact}")
    line()
    line(f"Where to look, in {world.root}", BOLD)
    for place, what in PLACES:
        line(f"  {place:<42} {what}")
    for environment in ("staging", "production"):
        line(f"  {world.url(environment):<42} {environment}, {'running' if servers_kept else 'stopped now'}")
    line()
    line(f"{world.screen.steps} steps in {world.screen.seconds:.0f} s, all as they should be.", BOLD)


PLACES = (
    ("project/", "where specs were edited and models trained: try `git log --graph`, `mlspec status`, `dvc metrics show`"),
    ("project/specs/models/demand.yaml", "the spec that was edited twice"),
    ("project/pipelines/models/demand/dvc.yaml", "what mlspec wrote from it"),
    ("project/.github/workflows/", "the same in GitHub Actions"),
    ("project/registry/demand/", "one record a version"),
    ("project/promotions/", "one claim a promotion: digests, gates, intervals"),
    ("project/.mlspec/pull-requests/", "what the pull requests say"),
    ("evidence/", "the papers of v1.1.0: model card, datasheet, ML-BOM, provenance, and what is missing in them"),
    ("host/", "the clone that serves; it never trained"),
    ("host/predictions/", "the batch of the week ahead"),
    ("storage/", "data and models by content: the DVC remote"),
    ("remote.git/", "the Git remote"),
)
