"""Renaming an object: its name and every name that refers to it, in every file, or a reason why not."""

from __future__ import annotations

from mlspec.diagnostics import problem
from mlspec.diagnostics.fix import written
from mlspec.language.kinds.base import is_name
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.scan import Scalar
from mlspec.lsp.symbols import ENVIRONMENT, Symbol

Edits = dict[str, list[tuple[Scalar, str]]]
"""Path -> the scalars to replace, and the raw YAML in their place."""


def prepare(files: ProjectFiles, path: str, offset: int) -> tuple[Symbol, Scalar]:
    """Return the object that the name at an offset is for; raise `Problems` where nothing can be renamed."""
    scalar = files.scan(path).at(offset)
    found = [] if scalar is None or scalar.is_key else files.symbols.at(path, scalar)
    if scalar is None or not found:
        raise problem("MLS0007", "no object's name stands here", help="put the cursor on a name, or on a reference")
    symbol = found[0]
    if symbol.kind == ENVIRONMENT:
        raise problem("MLS0007", "an environment can't be renamed here", help="folders and promotion records carry its name too")
    if len(found) > 1 or len(files.symbols.named((symbol.kind,), symbol.key)) > 1:
        raise problem("MLS0007", f"`{symbol.ref}` is declared twice", help="rename or remove one of the two by hand")
    return symbol, scalar


def rename(files: ProjectFiles, path: str, offset: int, name: str) -> Edits:
    """Return the edits that rename the object at an offset; raise `Problems` where the result would not be sound."""
    symbol, _ = prepare(files, path, offset)
    if not is_name(name):
        raise problem(
            "MLS0007", f"`{name}` is no valid name", help="use 1 to 63 of a-z, 0-9 and `-`, starting and ending with a letter or digit"
        )
    broken = next((p for p in files.texts() if not files.scan(p).is_whole), None)
    if broken:
        raise problem("MLS0007", f"`{broken}` is not sound YAML, and may refer to `{symbol.key}`", help="repair it first")
    key = f"{symbol.key.rsplit('/', 1)[0]}/{name}" if "/" in symbol.key else name
    if key != symbol.key and files.symbols.named(_rivals(symbol.kind), key):
        raise problem("MLS0007", f"`{key}` is taken", help="choose another name")
    return _edits(files, symbol, name, key)


def _rivals(kind: str) -> tuple[str, ...]:
    """Kinds whose names must differ: a model's `data` is a source or a feature set."""
    return ("DataSource", "FeatureSet") if kind in ("DataSource", "FeatureSet") else (kind,)


def _edits(files: ProjectFiles, symbol: Symbol, name: str, key: str) -> Edits:
    edits: Edits = {}
    for path, scalar, text in ((symbol.path, symbol.name, name), *((u.path, u.scalar, key) for u in files.symbols.uses_of(symbol))):
        if scalar.is_alias:
            raise problem("MLS0007", f"`{path}` refers to `{symbol.key}` by a YAML alias", help="write the name out first")
        edits.setdefault(path, []).append((scalar, _spelled(text, scalar.style)))
    return dict(sorted(edits.items()))


def _spelled(text: str, style: str) -> str:
    """In the quotes that stood there; plain only where YAML reads text."""
    return f"{style}{text}{style}" if style in ("'", '"') else written(text)
