"""The project and the records as they stand at a commit, read from Git's objects: no checkout, the working tree plays no part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.parse import PROJECT_FILE
from mlspec.compiler.pipeline import compile_inputs, load
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import CLAIMS, REGISTRY, SPECS
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.language.yaml.spec_files import FOLDERS, is_spec_name
from mlspec.registry.record_files import CommitFiles, Files, below


@dataclass(frozen=True, slots=True)
class AtCommit:
    """A compiled project, and the bytes of every record, claim and spec, at one commit.

    It is no `Workspace`: it has no folder, so no plan, no stages and no data to look at, and what a working tree holds can't reach it.
    """

    commit: str
    project: Project
    graph: Graph
    files: Files


def read_files(repository: Repository, commit: str) -> Files:
    """{path: bytes} of specs, environments, registry and claims at a commit; read when they are asked for."""
    return CommitFiles(repository, commit, [PROJECT_FILE, *FOLDERS, REGISTRY, CLAIMS])


def compile_at(repository: Repository, commit: str) -> AtCommit:
    """Compile the project as it is at a commit: once a process, since what a commit holds does not change.

    Raises `Problems` with its errors; MLS0144 for a link or a module among what decides; MLS0958 for a commit that Git does not know.
    """
    return _compile_at(repository, repository.resolve(commit))


@lru_cache(maxsize=8)  # a change has a base, a head, and the commits of the versions that it is about
def _compile_at(repository: Repository, commit: str) -> AtCommit:
    refuse_links(repository, commit)
    files = read_files(repository, commit)
    specs = specs_of(files)
    compiled = compile_inputs(repository.root, _inputs(repository, commit, specs))
    if compiled.project is None or compiled.graph is None:
        raise Problems(compiled.diagnostics)
    return AtCommit(commit, compiled.project, compiled.graph, files)


def refuse_links(repository: Repository, commit: str) -> None:
    """Raises MLS0144. What the compiler reads through a link in a working tree would not count here, where it is a name alone."""
    odd = repository.odd_entries(commit, [PROJECT_FILE, *FOLDERS, REGISTRY, CLAIMS])
    where = f"at {commit[:12]}"
    message = f"a link or a module {where}, and what decides is read from Git's objects, which hold no more than its name"
    if odd:
        raise Problems([Diagnostic("MLS0144", f"{path} is {message}", Span(path), "put the file itself there") for path in odd])


def spec_files(repository: Repository, commit: str) -> dict[str, bytes]:
    """{path: bytes} of mlspec.yaml and every file of `specs/` at a commit: what decides what a model is."""
    return specs_of(CommitFiles(repository, commit, [PROJECT_FILE, SPECS]))


def specs_of(files: Files) -> dict[str, bytes]:
    """{path: bytes} of what the compiler reads, as `source.files.find_specs` finds it in a working tree."""
    specs = {p: c for folder in FOLDERS for p, c in below(files, folder).items() if is_spec_name(p.rpartition("/")[2])}
    return specs | ({PROJECT_FILE: files[PROJECT_FILE]} if PROJECT_FILE in files else {})


def _inputs(repository: Repository, commit: str, specs: dict[str, bytes]) -> Inputs:
    settings = next((p.envelope for p in load({PROJECT_FILE: specs.get(PROJECT_FILE, b"")}).parsed), None)
    spec = getattr(settings, "spec", None)
    read = cache(partial(repository.show, commit))  # many objects ask for the same `.dvc` files
    if spec is None:
        return Inputs(specs, read_list=read)
    paths = repository.list_files(commit, [*spec.code, *spec.locks])
    code = {folder: tuple(p for p in paths if p.startswith(f"{folder}/")) for folder in spec.code}
    return Inputs(specs, {f: found for f, found in code.items() if found}, frozenset(p for p in paths if p in spec.locks), read)
