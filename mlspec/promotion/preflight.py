"""What must hold in Git and in the workspace before anything is judged, and which commit a promotion starts from."""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, PIPELINES, PROJECT_FILE, REGISTRY, SPECS
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import rest, some
from mlspec.pipelines.plan.refusals import require_current_files
from mlspec.pipelines.workspace import Workspace


def read_paths(project: Project) -> list[str]:
    """The files and folders that decide what a model is and where it goes."""
    settings = project.settings.envelope.spec
    own = [PROJECT_FILE, SPECS, ENVIRONMENTS, REGISTRY, CLAIMS, PIPELINES, ".dvc/config"]
    queries = [bound.envelope.spec.sql for bound in project.feature_sets.values() if bound.envelope.spec.sql]
    queries += [read.path for bound in project.sources.values() for read in bound.envelope.spec.location.reads() if read.key != "path"]
    return [*own, *settings.locks, *settings.code, *queries, *project.beside_specs()]


def require_ready(workspace: Workspace) -> None:
    """Raises the MLS095x diagnostics: no repository, no commits, shallow, uncommitted work among what decides."""
    repository = workspace.repository
    repository.require_commits()
    repository.require_full()
    repository.require_clean(read_paths(workspace.project))


def base_branch(workspace: Workspace, remote: str, base: str | None) -> str:
    """The branch a promotion is merged into: the one named, else the project's, else the one that is checked out."""
    if base:
        return base
    repository, declared = workspace.repository, workspace.settings.ci.branch
    known = repository.find(f"refs/remotes/{remote}/{declared}") or repository.find(f"refs/heads/{declared}")
    return declared if known else repository.require_branch()


def base_commit(repository: Repository, remote: str, branch: str, *, offline: bool) -> str:
    """The newest commit of the base branch: the remote's, or the local branch where the remote does not have it.

    `offline`: take what was fetched last (for a dry run; for a job that leaves a proposal, which has no token to read a private repository
    with). Raises MLS0958, MLS0960.
    """
    if not offline:
        repository.fetch(remote, branch)
        if repository.find(f"refs/remotes/{remote}/{branch}") is None:
            raise problem("MLS0958", f"{remote} has no branch `{branch}` yet", help=f"`git push {remote} {branch}` first")
    return repository.find(f"refs/remotes/{remote}/{branch}") or repository.find(f"refs/heads/{branch}") or repository.resolve(branch)


def require_same(workspace: Workspace, base: str, branch: str) -> None:
    """Raises MLS0709 when the checkout differs from the base branch where it matters: evidence must be about what is merged."""
    changed = workspace.repository.changed_between(base, "HEAD")
    paths = read_paths(workspace.project)
    differing = sorted(c for c in changed if any(c == p or c.startswith(f"{p}/") for p in paths))
    if not differing:
        return
    way = _way_back(workspace.repository, base, branch)
    raise problem("MLS0709", f"the checkout is not what `{branch}` has: {some(differing, 5)}", help=way)


def _way_back(repository: Repository, base: str, branch: str) -> str:
    if repository.is_ancestor("HEAD", base):
        return f"the checkout is behind: `git pull` (or `git merge`) brings what `{branch}` has"
    if repository.is_ancestor(base, "HEAD"):
        return f"merge your commits into `{branch}` first, and push it: a promotion is about what is merged"
    return f"the branches went apart: bring your work up to date with `{branch}`, merge it there, and train again if stages are stale"


def require_trained(workspace: Workspace, model: str) -> None:
    """Raises MLS0503 when generated files are out of date, MLS0707 when a stage of the model, of its sources, or of a Step that
    its KPIs name would run.
    """
    plan = workspace.plan
    require_current_files(plan)
    wanted = judged_by(workspace.project, workspace.graph, model)
    stale = [s for s in plan.stale if s.ref in wanted]
    if stale:
        first = stale[0]
        reasons = "; ".join(first.reasons[:3])
        more = f" ({rest(len(stale), 1, 'stage')})" if len(stale) > 1 else ""
        message = f"model/{model} is not what the specs declare now: {first.ref} {first.stage} would run: {reasons}{more}"
        raise problem("MLS0707", message, help=f"`mlspec run model/{model}`, commit and merge the results, then promote")


def judged_by(project: Project, graph: Graph, model: str) -> set[str]:
    """A model, the Steps that its KPIs name, and everything that these come from."""
    refs = [f"model/{model}", *(f"step/{name}" for name in project.kpi_steps(model))]
    return {far for ref in refs for far in closure(graph, ref)}


def closure(graph: Graph, ref: str) -> set[str]:
    """An object and everything that its rows come from."""
    pipeline = graph.pipeline(ref)
    return {ref} | {far for near in (pipeline.upstream if pipeline else ()) for far in closure(graph, near)}
