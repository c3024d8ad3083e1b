"""What the programs of a model are told, by environment variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlspec.runtime.program.rows import spelled
from mlspec.runtime.signature import Signature
from mlspec.runtime.step.contract import environment
from mlspec.runtime.step.room import Room


def training(params: Mapping[str, Any], room: Room, signature: Signature, rows: Path, output: Path) -> dict[str, str]:
    """Of the program that trains."""
    return {**environment(params, room, {}), **_model(signature), "MLSPEC_TRAIN": str(rows), "MLSPEC_OUTPUT": str(output)}


def answering(room: Room, signature: Signature, files: Path) -> dict[str, str]:
    """Of the program that answers. It is told nothing that differs from one run to the next but places."""
    params = {"params": {}, "seed": 0, "threads": 1}
    return {**environment(params, room, {}), **_model(signature), "MLSPEC_MODEL": str(files)}


def _model(signature: Signature) -> dict[str, str]:
    told = {
        "MLSPEC_TASK": signature.task,
        "MLSPEC_TARGET": signature.predicted,
        "MLSPEC_FEATURES": json.dumps([asdict(feature) for feature in signature.features], ensure_ascii=False),
    }
    if signature.classes is not None:
        told["MLSPEC_CLASSES"] = json.dumps([spelled(c) for c in signature.classes], ensure_ascii=False)
    return told
