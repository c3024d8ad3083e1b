"""A proposal as files: texts with their comments, and writing them, all or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.layout import PROJECT_FILE, SCHEMAS, SPECS
from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.kinds.schemas import schemas
from mlspec.language.yaml.spec_files import find_specs
from mlspec.setup.adopt.facts import Draft
from mlspec.setup.adopt.work import Proposal
from mlspec.setup.init.files import document_text, project_files
from mlspec.setup.init.lock import first_lock, first_requirements
from mlspec.setup.init.notes import comment
from mlspec.setup.init.start import project_name

_FOLDERS = {"DataSource": "data", "ValidationRules": "data", "Model": "models", "KPISet": "models", "ModelSet": "models", "Step": "steps"}
_SUFFIXES = {"ValidationRules": "-rules", "KPISet": "-kpis"}


def path_of(draft: Draft, folder: str) -> str:
    return f"{folder}/{_FOLDERS[draft.kind]}/{draft.name}{_SUFFIXES.get(draft.kind, '')}.yaml"


def texts(root: Path, proposal: Proposal, folder: str = SPECS) -> dict[str, str]:
    """{path: text} of all that would be written. Raises MLS0501 where one of them is there already."""
    found = {path_of(draft, folder): _text(draft, path_of(draft, folder)) for draft in proposal.drafts}
    standing = sorted(path for path in found if os.path.lexists(root / path))
    if standing:
        raise problem(
            "MLS0501", f"{standing[0]} is in the way", help="nothing was written; move it, or name another folder: `--out FOLDER`"
        )
    return found | (_project(root, proposal) if not (root / PROJECT_FILE).exists() else {})


def _text(draft: Draft, path: str) -> str:
    head = tuple(comment(line) for line in draft.head)
    return document_text(draft.kind, draft.name, dict(draft.spec), path, head=head, tail=tuple(f"  {line}" for line in draft.tail))


def _project(root: Path, proposal: Proposal) -> dict[str, str]:
    """The files of a project around the specs, as `init` writes them, where there is none. What is there stays."""
    made = project_files(project_name(root.name), None, first_lock(), code=proposal.code) | {"requirements.in": first_requirements()}
    made |= {f"{SCHEMAS}/{file}": text for file, text in schemas().items()}
    return {path: text for path, text in made.items() if not os.path.lexists(root / path) and not path.endswith(".gitkeep")}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write them, all or none: what was written is taken away again where one can't be. Raises MLS0151."""
    done: list[Path] = []
    made: list[Path] = []
    path = ""
    try:
        for path, text in files.items():
            full = root / path
            missing = [p for p in (full.parent, *full.parent.parents) if not p.exists()]
            full.parent.mkdir(parents=True, exist_ok=True)
            made += missing
            replace_file(full, text.encode(), durable=False)
            done.append(full)
    except OSError as error:
        for full in done:
            full.unlink(missing_ok=True)
        for folder in sorted(set(made), key=lambda p: -len(p.parts)):
            if not any(folder.iterdir()):
                folder.rmdir()
        raise problem("MLS0151", f"`{path}` can't be written: {error.strerror}", help="nothing was written") from None


def checked(root: Path, files: Mapping[str, str]) -> list[Diagnostic]:
    """What `validate` will say of the project with these files, without the lint rules."""
    from functools import partial

    from mlspec.compiler.load.inputs import kind_of, look_around, read_list, read_start
    from mlspec.compiler.pipeline import compile_inputs

    there, _ = find_specs(root)
    specs = {**there, **{p: t.encode() for p, t in files.items() if p.startswith(f"{SPECS}/") or p == PROJECT_FILE}}
    lock = "requirements.lock"
    around = look_around(root, [lock], [])
    code = look_around(root, [], _code_of(specs)).code
    present = around.present | ({lock} if lock in files else set())
    inputs = Inputs(
        specs, code, frozenset(present), partial(read_list, root), kind_of=partial(kind_of, root), read_start=partial(read_start, root)
    )
    return [d for d in compile_inputs(root, inputs).diagnostics if d.is_error]


def _code_of(specs: Mapping[str, bytes]) -> list[str]:
    from mlspec.language.yaml.load import load_documents

    documents, _ = load_documents(PROJECT_FILE, specs.get(PROJECT_FILE, b""))
    form = documents[0].value if documents else None
    found = form.get("spec", {}).get("code", []) if isinstance(form, dict) and isinstance(form.get("spec"), dict) else []
    return [f for f in found if isinstance(f, str)] if isinstance(found, list) else []
