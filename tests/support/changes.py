"""A promotion as `promotion.verify` sees it, in memory: base and head compiled, with records, claims and signatures; no Git, no training.

v1.0.0 stands in staging on the base branch (`BASE`); the change (`head`) puts v1.1.0 there, as `mlspec promote` would.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.projects import SPECS
from support.records import claim, deployed, record, rollback, sha

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.compiler.project.project import Bound
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.at_commit import AtCommit
from mlspec.registry.digests import object_digest

ENVIRONMENT = "environments/staging/demand.yaml"
OLD_RECORD, OLD_CLAIM = "registry/demand/v1.0.0.yaml", "promotions/staging/demand/v1.0.0.yaml"
RECORD, CLAIM = "registry/demand/v1.1.0.yaml", "promotions/staging/demand/v1.1.0.yaml"
ROLLBACK = "promotions/staging/demand/v1.0.0.rollback-1.yaml"
Files = Mapping[str, str | bytes | None]


def at(files: Files, commit: str = "c" * 40) -> AtCommit:
    """The project that these files hold (None: no file)."""
    texts = {p: t.encode() if isinstance(t, str) else t for p, t in files.items() if t is not None}
    specs = {p: t for p, t in texts.items() if p == "mlspec.yaml" or p.startswith(("specs/", "environments/"))}
    compiled = compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock", *texts}), texts.get))
    assert compiled.project is not None, compiled.diagnostics
    assert compiled.graph is not None, compiled.diagnostics
    return AtCommit(commit, compiled.project, compiled.graph, texts)


def here(root: Path, files: Files) -> Workspace:
    """The project of these files, as if they stood in `root`."""
    there = at(files)
    return Workspace(root, there.project, there.graph)


TARGET = object_digest(next(iter(at(SPECS).project.targets.values())))
_FIRST, _SECOND = record(), record("v1.1.0")
_PREVIOUS = sha("v1.0.0")
_OLD = claim("staging", "v1.0.0", _FIRST, target=TARGET)
_NEW = claim("staging", "v1.1.0", _SECOND, about={"previous": _PREVIOUS}, target=TARGET, evaluatedAt="2026-11-21T09:00:00Z")
_BACK = rollback("staging", "v1.0.0", _FIRST, about={"previous": sha("v1.1.0")}, target=TARGET, evaluatedAt="2026-11-21T10:00:00Z")
HOLD = "{until: '2026-12-24', reason: worse}"

BASE: Files = {**SPECS, OLD_RECORD: _FIRST, OLD_CLAIM: _OLD, ENVIRONMENT: deployed("staging", "v1.0.0", _OLD)}
HEAD: Files = {**BASE, RECORD: _SECOND, CLAIM: _NEW, ENVIRONMENT: deployed("staging", "v1.1.0", _NEW, previous=_PREVIOUS)}
BACK: Files = {**HEAD, ROLLBACK: _BACK, ENVIRONMENT: deployed("staging", "v1.0.0", _BACK, previous=sha("v1.1.0"), hold=HOLD)}
"""What a rollback makes of HEAD."""


def change(head: Files | None = None, base: Files | None = None, more: Mapping[str, str] | None = None) -> Change:
    """From `base` (BASE) to HEAD with `head` laid over it. `more`: files of no interest that the change touches, with their states."""
    old = dict(BASE if base is None else base)
    new = {p: t for p, t in {**HEAD, **(head or {})}.items() if t is not None}
    states = {p: "A" if p not in old else "D" if p not in new else "M" for p in {*old, *new} if old.get(p) != new.get(p)}
    return Change(at(old, "b" * 40), at(new), {**dict(sorted(states.items())), **(more or {})})


def going_back(head: Files | None = None, base: Files | None = None) -> Change:
    """A rollback of HEAD to v1.0.0."""
    return change({**BACK, **(head or {})}, {**HEAD, **(base or {})})


def staging(found: Change) -> Bound[Deployment]:
    """The deployment that it is about, as the change has it."""
    return found.head.project.deployments["staging/demand"]
