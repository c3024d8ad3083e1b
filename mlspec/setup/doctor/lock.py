"""The requirements lock, which is all that workflows install from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path

from mlspec.adapters.requirements.complete import completeness
from mlspec.adapters.requirements.lock_file import Locked, included_files, lock_environment, read_lock
from mlspec.diagnostics.words import some
from mlspec.language.kinds.data_source import NEEDS, format_of
from mlspec.language.kinds.locations.table import LOCATION_KINDS, LocationKind
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok
from mlspec.setup.doctor.tools import PLUGINS, installed

SELF = "mlspec-gitops"
_COMPILE = "`uv pip compile --generate-hashes requirements.in -o {}` (or `pip-compile --generate-hashes`)"


def examine(examined: Examined) -> Iterator[Finding]:
    """Is it there and hashed, complete, does it hold what workflows call, and is it what runs here?"""
    yield judge("requirements", "lock", lambda: lock(examined))
    yield judge("requirements", "complete", lambda: complete(examined))
    yield judge("requirements", "contents", lambda: contents(examined))
    yield judge("requirements", "this mlspec", lambda: this_mlspec(examined))


def lock(examined: Examined) -> Verdict:
    """Every requirement must be pinned and hashed: `pip install --require-hashes` refuses the file otherwise."""
    path = _declared(examined)
    if not (examined.root / path).is_file():
        return bad(f"{path} is not there", _COMPILE.format(path))
    found = _read(examined, path)
    loose = [one.name for one in found if not (one.pinned and one.hashed)]
    if loose or not found:
        return bad(f"{path} has no hashes for {some(sorted(loose))}" if loose else f"{path} is empty", _COMPILE.format(path))
    if others := included_files((examined.root / path).read_bytes()):
        what = f"{path} takes in {some(sorted(others))}: stages depend on {path} alone, and a check of a promotion installs it alone"
        return bad(what, _COMPILE.format(path) + ", which writes one file")
    return ok(f"{path}: {len({one.name for one in found})} requirements, each with its hashes")


def complete(examined: Examined) -> Verdict:
    """Workflows install it without resolving: what its libraries ask for must be in it. Known of the releases that are installed here.

    Locks name no extras, and workflows run stages: mlspec's is one with `[local]`, and what its sources need, whatever its line says.
    """
    path, found = _declared(examined), _held(examined)
    extras = {"local", *(kind.extra for kind in _kinds(examined))}
    asked = [replace(one, extras=one.extras | extras) if one.name == SELF else one for one in found.values()]
    done = completeness(asked, _asks, lock_environment(examined.workspace.settings.python))
    if done.lacking:
        return bad(f"{path} is not complete: {some(sorted(done.lacking))}", _COMPILE.format(path))
    if len(done.unknown) == len(found):
        raise Skipped("none of its releases is installed here, so nothing is known of what they ask for", "install it, and ask again")
    known = len(found) - len(done.unknown)
    return ok(f"nothing lacks of what its releases ask for ({known} of {len(found)} are installed here, and known)")


def _asks(name: str, version: str) -> Sequence[str] | None:
    """What a release asks for, where just that one is installed here."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return (found.requires or ()) if found.version == version else None


def contents(examined: Examined) -> Verdict:
    """What the workflows call must be in it: mlspec, DVC, DVC's plugin for the storage, and what reads the project's sources."""
    examined.require_ci()
    path, found = _declared(examined), _held(examined)
    scheme = examined.workspace.settings.storage.scheme
    kinds = _kinds(examined)
    formats = _formats(examined)
    needed = [
        SELF,
        "dvc",
        *([PLUGINS[scheme]] if scheme else []),
        *(name for kind in kinds for name in kind.needs),
        *(name for _, name in formats),
    ]
    lacking = [name for name in needed if name not in found]
    if not lacking:
        return ok(f"holds {', '.join(needed)}")
    extra = (
        f"[{','.join(dict.fromkeys([scheme or 'local', *(kind.extra for kind in kinds if kind.needs), *(extra for extra, _ in formats)]))}]"
    )
    fix = f"add `{SELF}{extra}` (or the address of its wheel) to requirements.in, then {_COMPILE.format(path)}"
    return bad(f"{path} lacks {', '.join(lacking)}, which the workflows call", fix)


def _kinds(examined: Examined) -> list[LocationKind]:
    """The kinds of location that the project's sources have."""
    used = {source.envelope.spec.location_kind.name for source in examined.workspace.project.sources.values()}
    return [kind for name, kind in LOCATION_KINDS.items() if name in used]


def _formats(examined: Examined) -> list[tuple[str, str]]:
    """(extra, distribution) of the formats of the project's files that need more than the others, and of what searches for params."""
    specs = [source.envelope.spec for source in examined.workspace.project.sources.values()]
    inputs = [given.file for spec in specs if spec.from_ and spec.from_.sql for given in spec.from_.inputs.values() if given.file]
    used = {*(spec.resolved_format for spec in specs), *map(format_of, inputs)}
    tuned = any(
        (tuning := model.envelope.spec.tuning) and tuning.engine == "optuna" for model in examined.workspace.project.models.values()
    )
    return [*(needed for form, needed in NEEDS.items() if form in used), *([("tuning", "optuna")] if tuned else [])]


def this_mlspec(examined: Examined) -> Verdict:
    """Another mlspec generates other files, and the next workflow says that they are out of date."""
    here, there = installed(SELF), _held(examined).get(SELF)
    path = _declared(examined)
    if there is None or there.version is None or here is None:
        raise Skipped("no version of mlspec to compare: the lock names none" if here else "mlspec is not installed as a distribution")
    if here != there.version:
        return bad(f"this is mlspec {here}, and {path} installs {there.version}", f"`pip install --no-deps --require-hashes -r {path}`")
    return ok(f"{here}, as in {path}")


def _declared(examined: Examined) -> str:
    """The lock's path. Raises `Skipped` where the project has none, which it may where nothing runs in CI."""
    if examined.workspace.settings.requirements is None:
        raise Skipped("mlspec.yaml names no lock, and nothing runs in CI", "a promotion needs one: `requirements: requirements.lock`")
    return examined.workspace.settings.requirements


def _held(examined: Examined) -> dict[str, Locked]:
    """{normalised name: requirement} of the lock, as far as the workflows' Linux and Python install it."""
    path = _declared(examined)
    if not (examined.root / path).is_file():
        raise Skipped("there is no lock")
    environment = lock_environment(examined.workspace.settings.python)
    return {one.name: one for one in _read(examined, path) if one.applies(environment)}


def _read(examined: Examined, path: str) -> tuple[Locked, ...]:
    return read_lock((examined.root / path).read_bytes(), partial(_beside, examined.root), path)


def _beside(root: Path, path: str) -> bytes | None:
    """A file of the repository that the lock takes in; None for one outside."""
    full = (root / path).resolve()
    return full.read_bytes() if full.is_relative_to(root.resolve()) and full.is_file() else None
