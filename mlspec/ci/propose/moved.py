"""What the main branch changed under results while they were made: those objects are left for the next run, and the others proposed.

A proposal is built on the main branch's tip, not on the commit that was trained: a workflow's token may not push a commit whose workflow
files are older than the branches' (https://github.com/kaeawc/android-build/pull/428, https://github.com/RafPe/pod-certificate-signer/pull/128).
So it must say of the tip what was found at that commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.diagnostics.words import some
from mlspec.promotion.proposals.proposal import Files, Proposal
from mlspec.promotion.proposals.publish import Published
from mlspec.promotion.proposals.standing import moved_since
from mlspec.promotion.proposals.upstream import Upstream

NAMED = 3
"""Files that a message names."""
_FILES = ("dvc.yaml", "params.yaml", "dvc.lock")
"""Of a pipeline's folder. What a stage reads of specs stands in the first two, so that a comment in a spec makes nothing stale."""


def moved_objects(upstream: Upstream, commit: str, graph: Graph, files: Files) -> dict[str, list[str]]:
    """{object: what the main branch changed of it since `commit`} of the objects that have results among `files`.

    `graph`: at that commit. What the main branch has by now as it is proposed is no change: somebody merged it.
    """
    if commit == upstream.main:
        return {}
    needs = {p.ref: set(_needs(graph, p)) for p in graph.pipelines if p.results & files.keys()}
    wanted = {path for paths in needs.values() for path in paths} | files.keys()
    changed = set(moved_since(upstream.repository, commit, upstream.main, wanted))
    changed -= merged_files(upstream, files, changed)
    found = {p.ref: sorted(changed & (needs[p.ref] | (p.results & files.keys()))) for p in graph.pipelines if p.ref in needs}
    return {ref: paths for ref, paths in found.items() if paths}


def moved_under(upstream: Upstream, proposal: Proposal, graph: Graph) -> list[str]:
    """The files of a proposal, or of what it was made from, that the main branch changed since; none where it has all of it already."""
    if proposal.commit == upstream.main or merged_files(upstream, proposal.files, proposal.files) == proposal.files.keys():
        return []
    own = moved_since(upstream.repository, proposal.commit, upstream.main, proposal.files)
    own = sorted(set(own) - merged_files(upstream, proposal.files, own))
    objects = moved_objects(upstream, proposal.commit, graph, proposal.files)
    return sorted({*own, *(path for paths in objects.values() for path in paths)})


def merged_files(upstream: Upstream, files: Files, among: Iterable[str]) -> set[str]:
    """Those of the files that the main branch has as they are proposed."""
    paths = sorted(set(among) & files.keys())
    there = upstream.repository.show_all(upstream.main, paths)
    return {path for path in paths if there.get(path) == files[path]}


def left(upstream: Upstream, proposal: Proposal, moved: Iterable[str]) -> Published:
    """The outcome for what is left: nothing was pushed."""
    return Published(proposal.subject, proposal.branch, "left", late=(late_text(upstream.base, proposal.subject, moved),))


def late_text(base: str, subject: str, moved: Iterable[str]) -> str:
    """Why something is not proposed now."""
    return f"{subject}: `{base}` changed {some(moved, NAMED)} while it was made"


def _needs(graph: Graph, pipeline: Pipeline) -> Iterator[str]:
    """What an object's run read: its own files and those of the objects that it reads from, and what their stages read."""
    for one in _closure(graph, pipeline):
        yield from (f"{one.folder}/{name}" for name in _FILES)
        for path in (dep for stage in one.stages for dep in stage.deps):
            yield path
            yield from (f"{place}.dvc" for place in _places(path))


def _closure(graph: Graph, pipeline: Pipeline) -> list[Pipeline]:
    found, waiting = dict[str, Pipeline](), [pipeline]
    while waiting:
        one = waiting.pop()
        if one.ref not in found:
            found[one.ref] = one
            waiting += [known for ref in one.upstream if (known := graph.pipeline(ref))]
    return list(found.values())


def _places(path: str) -> Iterator[str]:
    """A path and the folders that it is in: DVC keeps the digest of any of them beside it."""
    parts = path.split("/")
    return ("/".join(parts[:n]) for n in range(1, len(parts) + 1))
