"""Experiments as Git has them: which there are, of which model, what each tried, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.dvc.experiments import NAMESPACE
from mlspec.adapters.git.beside import refs_below
from mlspec.adapters.git.everything import Ref
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import LEDGER, is_made, lock_of, model_folder
from mlspec.diagnostics import did_you_mean, problem
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.header import is_generated
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.locks import StageLock, parse_lock
from mlspec.registry.at_commit import spec_files
from mlspec.studies.experiment.wanted import ABSENT, Settings, leaves

_PARTS = 5
"""refs/exps/AB/CDEF…/NAME; DVC keeps other things beside."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """`base`: the commit it started from. `settings`: what was tried; `before`: what stood there, `ABSENT` where nothing did."""

    name: str
    ref: Ref
    base: str
    model: str
    settings: Settings
    before: Settings

    @property
    def commit(self) -> str:
        return self.ref.commit


def documents_at(repository: Repository, commit: str) -> dict[str, Document]:
    """{name: document} of the Models that stand in documents of their own at a commit; what is no YAML there is passed over."""
    return models_in(spec_files(repository, commit))


def models_in(files: Mapping[str, bytes]) -> dict[str, Document]:
    """The same, of texts."""
    found: dict[str, Document] = {}
    for path, content in files.items():
        for document in load_documents(path, content)[0]:
            value = document.value
            if isinstance(value, dict) and value.get("kind") == "Model" and isinstance(value.get("metadata"), dict):
                found[str(value["metadata"].get("name"))] = document
    return found


def refs_here(repository: Repository) -> list[tuple[str, str, Ref]]:
    """(name, base, ref) of every experiment of DVC's, by name."""
    rows = [(ref.name.split("/"), ref) for ref in refs_below(repository, NAMESPACE)]
    found = [(parts[4], parts[2] + parts[3], ref) for parts, ref in rows if len(parts) == _PARTS and len(parts[2] + parts[3]) >= 40]
    return sorted(found, key=lambda row: (row[0], row[1]))


def experiments(repository: Repository) -> tuple[list[Experiment], int]:
    """Those that changed values of one model's spec and nothing else that people write; and how many others DVC has."""
    refs, documents = refs_here(repository), dict[str, dict[str, Document]]()
    found = [one for name, base, ref in refs if (one := _read(repository, name, base, ref, documents)) is not None]
    return found, len(refs) - len(found)


def _read(repository: Repository, name: str, base: str, ref: Ref, known: dict[str, dict[str, Document]]) -> Experiment | None:
    if repository.find(base) is None:
        return None
    changed = repository.changed_between(base, ref.commit)
    specs = [path for path in changed if not _is_made(repository, ref.commit, path)]
    for commit in (base, ref.commit):
        known.setdefault(commit, documents_at(repository, commit))
    then, now = known[base], known[ref.commit]
    models = [model for model in now if model in then and now[model].value != then[model].value]
    if len(models) != 1 or specs != [now[models[0]].path] or then[models[0]].path != specs[0]:
        return None
    differing = list(leaves(then[models[0]].value.get("spec"), now[models[0]].value.get("spec")))
    if not differing or any(value is ABSENT for _, _, value in differing):
        return None
    return Experiment(
        name, ref, base, models[0], {path: value for path, _, value in differing}, {path: value for path, value, _ in differing}
    )


def _is_made(repository: Repository, commit: str, path: str) -> bool:
    """Whether a file is made by mlspec or DVC of what people wrote."""
    return path == LEDGER or is_made(path) or is_generated(repository.show(commit, path) or b"")


def find(repository: Repository, name: str) -> Experiment:
    """The experiment of a name. Raises MLS0843 where there is none, or several are called so."""
    found = [one for one in experiments(repository)[0] if one.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        bases = ", ".join(one.base[:7] for one in found)
        raise problem("MLS0843", f"{len(found)} experiments are called `{name}` (of {bases})", help="`dvc exp rename` tells them apart")
    known = [one.name for one in experiments(repository)[0]]
    raise problem("MLS0843", f"there is no experiment `{name}` of one model's values", help=did_you_mean(name, known) or "`dvc exp show`")


def locks_at(repository: Repository, commit: str, model: str) -> Mapping[str, StageLock]:
    """The stages of a model's pipeline as they were recorded at a commit."""
    return parse_lock(repository.show(commit, lock_of(model_folder(model))) or b"")


def evaluation_at(repository: Repository, commit: str, model: str) -> dict[str, Any] | None:
    """A model's `evaluation.json` at a commit."""
    try:
        found = json.loads(repository.show(commit, f"{model_folder(model)}/evaluation.json") or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def of_models(found: Sequence[Experiment], models: Sequence[str]) -> Iterator[Experiment]:
    """Those of the models named, of all when none is."""
    return (one for one in found if not models or one.model in models)
