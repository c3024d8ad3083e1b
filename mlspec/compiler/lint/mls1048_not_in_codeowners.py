"""CODEOWNERS leaves a gap.

The repository has a CODEOWNERS that a person wrote, so mlspec writes none. For a file that decides what is deployed (`environments/`,
`promotions/`, `registry/`, `.github/`, policies, `mlspec.yaml`, the requirements lock) it names nobody, or for an object somebody else than
the object's `owner`. What counts is the last line that matches, as GitHub reads the first of `.github/CODEOWNERS`, `CODEOWNERS` and
`docs/CODEOWNERS`.

Good:

    /environments/  @acme/platform
    /specs/data/    @acme/data

The finding says the line to add. An owner that GitHub can't know (no `@user`, `@org/team` or e-mail address) is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.codeowners import Line, owners_of, pattern_of, read
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, REGISTRY, WORKFLOWS
from mlspec.compiler.project.ownership import Owned, hand_written, owned, owners_named
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    file = hand_written(view.project)
    if file is None:
        return
    lines = read(view.project.hand_written[file])
    itself = Owned(file, owners_named(view.settings), view.settings)
    for entry in [*owned(view.project), *([itself] if "/" not in file or file.startswith("docs/") else [])]:
        if entry.strict:
            yield from _differs(entry, lines, file)
        else:
            yield from _unowned(entry, lines, file, view.environments)


def _unowned(entry: Owned, lines: Sequence[Line], file: str, environments: Sequence[str]) -> Iterator[Finding]:
    bare = next((path for path in _samples(entry.path, environments) if not owners_of(lines, path)), None)
    if bare is None:
        return
    place = bare.removesuffix(_ANY) if bare.endswith(_ANY) else bare
    line = entry.line if entry.owners else f"{pattern_of(entry.path)} @your-org/your-team"
    route = ("metadata", "owner" if entry.bound.envelope.metadata.owner else "name")
    yield Finding(entry.bound, route, f"{file} names no owner for `{place}`", f"add the line `{line}`, above those of files in it")


_ANY = "any.yaml"


def _samples(path: str, environments: Sequence[str]) -> list[str]:
    """Files as they will stand in a folder: a line for one model, or one environment, leaves the next one bare."""
    if path == ".github/":
        return [f"{WORKFLOWS}/mlspec-ci.yml"]
    if path == f"{REGISTRY}/":
        return [f"{path}new/{_ANY}"]
    if path in (f"{ENVIRONMENTS}/", f"{CLAIMS}/"):
        below = "new/" if path == f"{CLAIMS}/" else ""
        return [f"{path}{environment}/{below}{_ANY}" for environment in environments]
    return [path]


def _differs(entry: Owned, lines: Sequence[Line], file: str) -> Iterator[Finding]:
    there = owners_of(lines, entry.path)
    if set(entry.owners) <= set(there):
        return
    message = f"{file} gives `{entry.path}` to {' '.join(there) or 'nobody'}, not to the owner of `{entry.bound.ref}`"
    yield Finding(entry.bound, ("metadata", "owner"), message, f"add the line `{entry.line}` at its end, or correct `owner`")
