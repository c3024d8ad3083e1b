"""Metrics of the user's whose code is another: the same KPI then asks something else, and no spec shows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlspec.diagnostics.digest import bytes_digest, canonical_digest
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Read, Sides


def other_code(sides: Sides) -> Iterator[Loosened]:
    """Metrics that stand in both projects, by the same function, whose module (or one that it imports) differs."""
    if sides.code is None:
        return
    for name in sorted(sides.before.kpi_sets.keys() & sides.after.kpi_sets.keys()):
        old, new = sides.before.kpi_sets[name], sides.after.kpi_sets[name]
        for metric, own in old.envelope.spec.metrics.items():
            there = new.envelope.spec.metrics.get(metric)
            if there is None or there.callable != own.callable:
                continue
            before, after = (measured_by(read, own.callable) for read in sides.code)
            if before != after:
                what = f"the code of the metric `{metric}` changed, and can't be compared with what it was"
                texts = f"{own.callable} {before[:19]}", f"{own.callable} {after[:19]}"
                yield sides.note(old, what, texts, ["spec", "metrics", metric], sides.before.models.get(old.envelope.spec.model))


def measured_by(read: Read, function: str) -> str:
    """A digest of the module of `package.module:function` and of the modules that it imports, as far as `read` finds them."""
    found: dict[str, str] = {}
    left = [function.partition(":")[0]]
    while left:
        module = left.pop()
        for path in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
            content = None if path in found else read(path)
            if content is not None:
                found[path] = bytes_digest(content)
                left += _imported(content, module if path.endswith("__init__.py") else module.rpartition(".")[0])
    return canonical_digest(found)


def _imported(content: bytes, package: str) -> Iterator[str]:
    """Dotted names that a module imports; of `from a import b` both `a` and `a.b`."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            home = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (home, node.module)))
            yield from _with_parents(base)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _with_parents(name: str) -> Iterator[str]:
    """`a.b` runs `a`, too."""
    parts = name.split(".")
    yield from (".".join(parts[: i + 1]) for i in range(len(parts)) if name)
