"""`mlspec import`: the story, from what is there to a proposal. Reads files; writes, runs and fetches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from mlspec.diagnostics import extras, problem
from mlspec.setup.adopt.code.follow import Follower
from mlspec.setup.adopt.facts import Gap, Part, Place
from mlspec.setup.adopt.numbers import numbers_of
from mlspec.setup.adopt.observe.merge import merge, unmatched
from mlspec.setup.adopt.observe.record import Observed
from mlspec.setup.adopt.pipeline import of_kedro, of_stages
from mlspec.setup.adopt.propose.model import Wish, propose
from mlspec.setup.adopt.propose.names import wanted
from mlspec.setup.adopt.propose.noted import unique
from mlspec.setup.adopt.work import Proposal, Work


def adopt(root: Path, path: str, observed: Sequence[Observed] = ()) -> Proposal:
    """Propose specs of `path` (relative to `root`): dvc.yaml, a script, a notebook, an MLproject, or a Kedro catalog.

    Raises MLS0008 without the libraries for data, MLS0550 to MLS0554 for what can't be read, MLS0555 where nothing of it could be followed.
    """
    found = _proposed(root, path, observed)
    return replace(found, gaps=(*found.gaps, *unique(unmatched(observed, found.facts))))


def _proposed(root: Path, path: str, observed: Sequence[Observed]) -> Proposal:
    """By what the file is."""
    extras.require()
    name = PurePosixPath(path).name
    if name.endswith((".py", ".ipynb")):
        return _of_script(root, path, observed)
    if name == "MLproject":
        from mlspec.setup.adopt.found.mlproject import load_entries

        stages, facts = load_entries(root, path)
        proposal = of_stages(root, path, stages, observed, facts)
        what = "what its entry points read and write, which an MLproject does not say"
        return replace(proposal, gaps=(*proposal.gaps, Gap(Place(path), what, "write it under `inputs` and `outputs` of the steps")))
    if name.startswith("catalog") and name.endswith((".yml", ".yaml")):
        from mlspec.setup.adopt.found.kedro import load_project

        project = load_project(root, path)
        return of_kedro(root, path, project, observed)
    if name.endswith((".yaml", ".yml")):
        from mlspec.setup.adopt.found.dvc import load_stages

        return of_stages(root, path, load_stages(root, path), observed)
    raise problem(
        "MLS0550", f"`{path}` is nothing that is known", help="name a dvc.yaml, a .py, an .ipynb, an MLproject, or a catalog.yml of Kedro"
    )


def _of_script(root: Path, path: str, observed: Sequence[Observed]) -> Proposal:
    work, follower = Work(root), Follower(root)
    follower.script(path)
    found = follower.found
    fits, told = merge(found.fits, observed)
    stem = PurePosixPath(path).stem
    for number, fit in enumerate(fits):
        called = wanted(stem, fit)
        name = work.names.of("Model", called if len(fits) == 1 else f"{called}-{fit.estimator.path.rpartition('.')[2]}", fit.place)
        wish = Wish(name, found.measured, numbers_of(root, found, name, None), cuts=found.cuts)
        proposed = propose(root, fit, wish, work.names, work.seen)
        if proposed is None:
            work.gaps += [Gap(fit.place, f"what `fit` number {number + 1} takes in could not be followed")]
            continue
        work.take(proposed)
        work.parts.append(
            Part(f"fit of {fit.estimator.path.rpartition('.')[2]}", fit.place, "Model", f"model/{name}", _left(proposed.gaps))
        )
    work.facts += told
    work.gaps += found.gaps
    if not work.drafts:
        why = "; ".join(f"{g.place}: {g.what}" for g in unique(work.gaps)[:3]) or "it calls `fit` of no estimator that is known"
        raise problem(
            "MLS0555", f"nothing in `{path}` could be followed to a model: {why}", help="`--observe 'python …'` runs it once, and looks"
        )
    return work.proposal(path)


def _left(gaps: Sequence[Gap]) -> str:
    return f"{len(gaps)} of its lines to write" if gaps else ""
