"""`mlspec lineage`: up to the bytes that something came from, down to every deployment that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from mlspec.compiler.project.data_columns import personal_features
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, PIPELINES, REGISTRY, model_folder
from mlspec.compiler.project.personal import told
from mlspec.diagnostics import Problems, problem
from mlspec.registry.at_commit import compile_at
from mlspec.registry.branch import Line, mapping, pick
from mlspec.registry.declared import deployments_at, read_deployments
from mlspec.registry.history.made_from import Locks, file_tree, rows_tree
from mlspec.registry.history.objects import Named
from mlspec.registry.history.tree import Node
from mlspec.registry.history.used_by import (
    Use,
    claim_texts,
    folders_after,
    folders_of_outputs,
    read_rows,
    steps_reading,
    target_kinds,
    use_tree,
    users_of_rows,
    uses,
)
from mlspec.registry.paths import is_claim_path, is_record_path


@dataclass(frozen=True, slots=True)
class Lineage:
    """`up`: what the object was made from, a tree for each version that is told of. `down`: what came of it."""

    line: Line
    ref: str
    up: tuple[Node, ...]
    down: tuple[Node, ...]

    def __str__(self) -> str:
        parts = [(title, trees) for title, trees in (("made from", self.up), ("used by", self.down))]
        return "\n".join(line for title, trees in parts for line in (title, *(line for tree in trees for line in tree.lines())))

    def __repr__(self) -> str:
        return f"<Lineage of {self.ref}, by {self.line.name}>"

    def as_json(self) -> dict[str, Any]:
        return {"version": 1, "object": self.ref, "up": [n.as_json() for n in self.up], "down": [n.as_json() for n in self.down]}


def lineage(line: Line, named: Named) -> Lineage:
    """Raises MLS0720 for what the branch knows nothing of."""
    if named.kind in ("source", "features", "labels", "step"):
        return _rows(line, named)
    if named.kind == "digest":
        return _digest(line, named)
    if named.kind == "deployment":
        return _deployment(line, named)
    if named.kind == "environment":
        raise problem("MLS0003", "an environment has no lineage", help=f"`mlspec history {named.name}`, or a deployment of it")
    known = uses(line, [named.name])
    chosen = [u for u in known if named.version in (None, u.version)]
    if not chosen:
        raise _nothing(line, named.ref)
    found = _of(line, named.ref, chosen, chosen[:1])
    steps = steps_reading(line, [f"{model_folder(named.name)}/"]) if named.kind == "model" else []
    return replace(found, down=(*found.down, *(Node("step", ref, {}) for ref in steps)))


def _nothing(line: Line, what: str) -> Exception:
    return problem("MLS0720", f"{line.name} knows nothing of {what}", help="`mlspec register` or `mlspec promote` makes a record; merge it")


def _of(line: Line, ref: str, down: Sequence[Use], up: Sequence[Use]) -> Lineage:
    kinds = target_kinds(line) if any(u.now for u in down) else {}
    return Lineage(line, ref, tuple(_made(line, u) for u in up), tuple(use_tree(u, kinds) for u in down))


def _made(line: Line, use: Use) -> Node:
    """A version and the files behind it, by the dvc.lock of the record's commit."""
    commit, artifact = str(pick(use.record, "commit")), pick(use.record, "artifacts", "model")
    facts = {"digest": str(pick(use.record, "digest")), "commit": commit[:12]}
    if line.repository.find(commit) is None:
        return Node("version", use.name, {**facts, "but": "that commit is not in this clone"})
    facts |= _personal(line, use.model, commit)
    seen: set[str] = set()
    locks = Locks(line, commit)
    parts = (artifact, pick(use.record, "artifacts", "test"))
    files = [(str(pick(p, "path")), str(pick(p, "md5"))) for p in parts if p]
    return Node("version", use.name, facts, tuple(file_tree(locks, path, md5, seen) for path, md5 in files))


def _personal(line: Line, model: str, commit: str) -> dict[str, str]:
    """What the version takes in of people's data, by the specs of its commit; nothing is said where these can't be read."""
    try:
        project = compile_at(line.repository, commit).project
    except Problems:
        return {}
    found = told(personal_features(project, model)) if model in project.models else []
    return {"personal data": ", ".join(found)} if found else {}


def _deployment(line: Line, named: Named) -> Lineage:
    found = deployments_at(line, line.tip, named.environment, named.name).get(named.ref)
    if found is None:
        raise problem("MLS0720", f"{line.name} has no {named.ref}", help=f"`mlspec history {named.ref}` tells what it was")
    known = uses(line, [found[1].model])
    ours = [u for u in known if named.ref in u.now or any(_place(c[0]) == named.ref for c in u.claims)]
    return _of(line, named.ref, [_only_here(u, named.ref) for u in ours], [u for u in ours if named.ref in u.now])


def _place(claim_path: str) -> str:
    return "deployment/" + "/".join(claim_path.split("/")[1:3])


def _only_here(use: Use, ref: str) -> Use:
    claims = [c for c in use.claims if _place(c[0]) == ref]
    return Use(use.model, use.version, use.record, claims, {r: d for r, d in use.now.items() if r == ref})


def _rows(line: Line, named: Named) -> Lineage:
    folders = folders_after(line, named.ref)
    with ThreadPoolExecutor() as pool:  # Git's processes work side by side
        claims, source = pool.submit(claim_texts, line), pool.submit(rows_tree, line, named.ref, line.tip)
        models, made = users_of_rows(line, folders), source.result()
        steps = tuple(Node("step", ref, {}) for ref in steps_reading(line, folders_of_outputs(line, named.ref, folders)))
        if made is None and not models and not steps:
            raise _nothing(line, named.ref)
        known = read_rows(line, uses(line, models, claims.result()), folders) if models else []
    found = _of(line, named.ref, known, [])
    unregistered = tuple(Node("model", f"model/{m}", {"versions": "none"}) for m in models if m not in {u.model for u in known})
    return Lineage(line, named.ref, (made,) if made else (), (*found.down, *unregistered, *steps))


def _digest(line: Line, named: Named) -> Lineage:
    """What a digest is of: told by the files at the tip that have it in them. An md5 of older rows is in the lock files of its time."""
    text = named.name.rpartition(":")[2]
    paths = line.repository.files_with(line.tip, text, [REGISTRY, CLAIMS, PIPELINES])
    versions = {(p.split("/")[1], p.split("/")[2].removesuffix(".yaml")) for p in paths if is_record_path(p)}
    versions |= {_subject(line, p) for p in paths if is_claim_path(p)} | _by_claim(line, named.name)
    known = [u for u in uses(line, sorted({m for m, _ in versions})) if (u.model, u.version) in versions] if versions else []
    locks = [p for p in paths if p.endswith("/dvc.lock")]
    trees = [node for p in locks for node in _outputs(line, p, text)]
    if not known and not trees:
        raise _nothing(line, f"the digest {named.name}")
    of_versions = _of(line, named.name, known, known)
    return Lineage(line, named.name, (*of_versions.up, *trees), of_versions.down)


def _subject(line: Line, path: str) -> tuple[str, str]:
    form = mapping(path, line.repository.show(line.tip, path) or b"")
    return (str(pick(form, "subject", "model")), str(pick(form, "subject", "version")))


_SHA256 = 64
"""Its hex digits: a digest may be named without `sha256:`."""


def _by_claim(line: Line, digest: str) -> set[tuple[str, str]]:
    """A claim's own digest stands in the environment file that names it."""
    if len(digest.rpartition(":")[2]) != _SHA256:
        return set()
    digest = f"sha256:{digest.rpartition(':')[2]}"
    paths = line.repository.files_with(line.tip, digest, [ENVIRONMENTS])
    there = (d for p in paths for d in read_deployments(line.repository.show(line.tip, p) or b""))
    return {(d.model, str(d.version)) for d in there if digest in (d.claim, d.digest)}


def _outputs(line: Line, path: str, md5: str) -> list[Node]:
    folder = path.rpartition("/")[0]
    locks = Locks(line, line.tip)
    outs = {p: m for stage in locks.folder(folder).values() for p, m in stage.outs.items()}
    return [file_tree(locks, p, m) for p, m in outs.items() if m.removesuffix(".dir") == md5.removesuffix(".dir")]
