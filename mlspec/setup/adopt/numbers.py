"""What the old pipeline measured: by the code that writes its files of metrics, else by the names of their keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlspec.setup.adopt.code.numbers import KEYS
from mlspec.setup.adopt.code.values import Findings
from mlspec.setup.adopt.facts import Number, Place
from mlspec.setup.adopt.found.stages import Stage


def numbers_of(root: Path, found: Findings, model: str, stages: Sequence[Stage] | None) -> list[Number]:
    """What is in the files of metrics today: by the code that writes them, else by the names of their keys."""
    files = {m for s in stages or () for m in s.metrics}
    scripts = {s.script for s in stages or ()}
    files = files or {path for (path, _), measured in found.numbers.items() if stages is None or measured.place.path in scripts}
    result: list[Number] = []
    for path in sorted(files):
        full = root / path
        if not full.resolve().is_relative_to(root.resolve()) or not full.is_file() or full.stat().st_size > 4_000_000:
            continue
        for route, value, line in _values(full.read_bytes(), path):
            known = found.numbers.get((path, ".".join(route)))
            metric = known.metric if known else KEYS.get(route[-1].casefold().replace("-", "_"), "")
            if metric and not any(r.metric == metric for r in result):
                result.append(Number(model, metric, value, Place(path, line)))
    return result


def _values(content: bytes, path: str) -> list[tuple[tuple[str, ...], float, int]]:
    """(keys, number, line) of each number in JSON or YAML."""
    try:
        form = json.loads(content)
    except (ValueError, RecursionError):
        from mlspec.language.yaml.load import load_documents

        documents, _ = load_documents(path, content)
        form = documents[0].value if documents else None
    lines = content.decode("utf-8", "replace").splitlines()

    def walk(value: Any, route: tuple[str, ...]) -> list[tuple[tuple[str, ...], float, int]]:
        if isinstance(value, dict) and len(route) < 6:
            return [one for key, item in value.items() for one in walk(item, (*route, str(key)))]
        if isinstance(value, int | float) and not isinstance(value, bool) and route and abs(value) < 1e300:
            line = next((i for i, text in enumerate(lines, 1) if f'"{route[-1]}"' in text or f"{route[-1]}:" in text), 1)
            return [(route, float(value), line)]
        return []

    return walk(form, ())
