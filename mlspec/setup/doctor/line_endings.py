"""Whether Git hands out the bytes that it took in: digests of generated files, of code and of data are made of bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlspec.adapters.git.line_ends import attributes, differing
from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics.words import some
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Verdict, bad, ok


def line_endings(examined: Examined) -> Verdict:
    """Nothing of what is hashed may be rewritten at a checkout, here or on a runner."""
    paths = _hashed(examined)
    others = differing(examined.repository, paths)
    if others:
        fix = f"write `{others[0]} -text` into .gitattributes, then `git add --renormalize .` and commit"
        return bad(f"Git holds other line endings than stand here: {some(sorted(others))}", fix)
    rewritten = _rewritten(examined, paths)
    if rewritten:
        path, why = next(iter(rewritten.items()))
        fix = f"write `{path} -text -ident !filter` into .gitattributes (for all: `* -text`), or `git config core.autocrlf false`"
        return bad(f"a checkout would rewrite {some(sorted(rewritten))} ({why})", fix)
    return ok("a checkout changes no byte")


def _hashed(examined: Examined) -> list[str]:
    """Generated files, the requirements lock, and the data files that specs name."""
    files = [path for s in examined.workspace.project.sources.values() for path in _read_by(examined, s.envelope.spec)]
    files += [path for labels in examined.workspace.project.label_sets.values() for path in labels.envelope.spec.files]
    return sorted({*examined.workspace.generated, *examined.workspace.settings.locks, *(f for f in files if (examined.root / f).is_file())})


def _read_by(examined: Examined, spec: Any) -> Iterator[str]:
    """The files that a source reads, those of patterns and folders among them."""
    named = [spec.path, *(given.path for reader in (spec.from_, spec.python) if reader for given in (reader.inputs or {}).values())]
    for path in (path for path in named if path):
        folder = examined.root / path
        if folder.is_dir():
            yield from (found.relative_to(examined.root).as_posix() for found in folder.rglob("*") if found.is_file())
        else:
            yield path


def _rewritten(examined: Examined, paths: Sequence[str]) -> dict[str, str]:
    """Path -> what rewrites it at a checkout: an attribute, or Git's configuration."""
    converts = _converts(examined.repository)
    why = {path: _why(given, converts) for path, given in attributes(examined.repository, paths).items()}
    return {path: reason for path, reason in why.items() if reason}


def _converts(repository: Repository) -> str:
    """The setting that makes CRLF of every text at a checkout; empty where none does."""
    if repository.setting("core.autocrlf").lower() == "true":
        return "core.autocrlf"
    return "core.eol" if repository.setting("core.eol").lower() == "crlf" else ""


def _why(given: dict[str, str], converts: str) -> str:
    text, eol = given.get("text", "unspecified"), given.get("eol", "unspecified")
    for name in ("filter", "working-tree-encoding", "ident"):
        if given.get(name, "unspecified") not in ("unspecified", "unset"):
            return f"the attribute {name}"
    if text == "unset" or eol == "lf":
        return ""
    if eol == "crlf":
        return "the attribute eol=crlf"
    is_text = text in ("set", "auto") or (text == "unspecified" and converts == "core.autocrlf")
    return converts if is_text else ""
