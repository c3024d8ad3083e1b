"""`mlspec diff`: two versions of a model side by side: data, code, specs, environment, metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.git.ancestry import compare_command
from mlspec.compiler.project.layout import REGISTRY, record_path
from mlspec.diagnostics import did_you_mean, problem
from mlspec.registry.branch import Line, mapping, pick
from mlspec.registry.history.objects import Named
from mlspec.registry.history.requirements import Package, changed
from mlspec.registry.history.rows import SIDES, columns_of, rows_of
from mlspec.registry.paths import is_record_path, version_key

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Code:
    """The files of the declared folders that differ: {path: A | M | D}; the command that shows how. None: a commit is not here."""

    files: Mapping[str, str] | None
    command: str


@dataclass(frozen=True, slots=True)
class Values:
    """The values of the specs that differ: (key, before, after); None: a commit is not here, and only the digests are known."""

    changes: Sequence[tuple[str, Any, Any]] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two records, and what differs. Parts that the digests say are the same are empty."""

    line: Line
    refs: tuple[str, str]
    before: Record
    after: Record
    rows: tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]
    columns: Mapping[str, Sequence[tuple[str, str | None, str | None]] | None]
    code: Code
    specs: Values
    packages: Sequence[Package] | None
    """None: a commit or a lock is not here."""

    def __repr__(self) -> str:
        return f"<Difference of {' and '.join(self.refs)}, by {self.line.name}>"

    @property
    def same_test(self) -> bool:
        """Whether both were measured on the same test rows."""
        return bool(_digest(self.before, "test") == _digest(self.after, "test"))


def _digest(record: Record, side: str) -> Any:
    return pick(record, "artifacts", side, "digest")


def compare(line: Line, before: Named, after: Named) -> Difference:
    """Compare two versions. Raises MLS0720 for one that has no record on the branch."""
    old, new = (_record(line, named) for named in (before, after))
    commits = (str(pick(old, "commit")), str(pick(new, "commit")))
    here = all(line.repository.find(c) for c in commits)
    return Difference(
        line,
        (before.ref, after.ref),
        old,
        new,
        (rows_of(line, old), rows_of(line, new)),
        {side: _columns(line, old, new, side) for side in SIDES},
        _code(line, old, new, here=here),
        _specs(line, old, new),
        _packages(line, old, new) if here else None if pick(old, "environment") != pick(new, "environment") else (),
    )


def _record(line: Line, named: Named) -> Record:
    if named.kind != "version":
        raise problem("MLS0003", f"{named.ref} is no version", help="name two of them: `mlspec diff demand@v1.0.0 demand@v1.1.0`")
    path = record_path(named.name, str(named.version))
    content = line.repository.show(line.tip, path)
    if content is None:
        paths = filter(is_record_path, line.repository.blobs(line.tip, [f"{REGISTRY}/{named.name}"]))
        known = sorted((p.split("/")[2].removesuffix(".yaml") for p in paths), key=version_key)
        help_text = did_you_mean(str(named.version), known) if known else "`mlspec register` makes a record; merge it"
        raise problem("MLS0720", f"{line.name} has no {path}", help=help_text)
    return mapping(path, content)


def _columns(line: Line, old: Record, new: Record, side: str) -> Sequence[tuple[str, str | None, str | None]] | None:
    if _digest(old, side) == _digest(new, side):
        return ()
    before, after = columns_of(line.repository.root, old, side), columns_of(line.repository.root, new, side)
    if before is None or after is None:
        return None
    names = sorted(before.keys() | after.keys())
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _settings(line: Line, commit: str) -> Any:
    return pick(mapping("mlspec.yaml", line.repository.read([f"{commit}:mlspec.yaml"])[0] or b""), "spec")


def _code(line: Line, old: Record, new: Record, *, here: bool) -> Code:
    commits = [str(pick(r, "commit")) for r in (old, new)]
    if pick(old, "code") == pick(new, "code"):
        return Code({}, "")
    if not here:
        return Code(None, "")
    lists = [pick(_settings(line, commit), "code") for commit in commits]
    folders = sorted({str(f) for found in lists if isinstance(found, list) for f in found})
    files = line.repository.changed_between(commits[0], commits[1], folders) if folders else {}
    return Code(files, compare_command(commits[0], commits[1], folders))


def _specs(line: Line, old: Record, new: Record) -> Values:
    if pick(old, "spec") == pick(new, "spec"):
        return Values(())
    from mlspec.registry.spec_values import ABSENT, differing, values_at

    sides = [values_at(line.repository, str(pick(r, "commit")), str(pick(r, "model")), str(pick(r, "spec"))) for r in (old, new)]
    if sides[0] is None or sides[1] is None:
        return Values(None)
    gone = {True: None}
    return Values([(k, gone.get(a is ABSENT, a), gone.get(b is ABSENT, b)) for k, a, b in differing(sides[0], sides[1])])


def _packages(line: Line, old: Record, new: Record) -> Sequence[Package] | None:
    if pick(old, "environment") == pick(new, "environment"):
        return ()
    commits = [str(pick(r, "commit")) for r in (old, new)]
    names = [f"{c}:{pick(_settings(line, c), 'requirements') or 'requirements.lock'}" for c in commits]
    before, after = line.repository.read(names)
    return None if before is None or after is None else list(changed(before, after))
