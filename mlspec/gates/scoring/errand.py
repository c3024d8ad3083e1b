"""What a process is sent to do, and everything it may touch for that."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.gates.scoring.environment import CONFINE_VARIABLE, SECONDS_VARIABLE

SCORING_SECONDS = 900.0
TRAINING_SECONDS = 6 * 3600.0
"""How long an answer may take: to score all test rows; to train again, or to run a stage."""


@dataclass(frozen=True, slots=True)
class Errand:
    """`kind`: predict, retrain, stage or metrics; `details`: what that kind needs. `who`: stands at the head of every message about it.

    `read`, `write`: paths it may touch, besides libraries, the declared code folders and its scratch folder.
    `limit`: the largest file that it may write, in bytes; 0 for any.
    """

    kind: str
    who: str
    root: Path
    details: Mapping[str, Any]
    seconds: float = SCORING_SECONDS
    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    limit: int = 0
    network: bool = False
    code: tuple[str, ...] = field(default=())

    def form(self, scratch: Path) -> dict[str, Any]:
        """What the helper reads."""
        return {
            **self.details,
            "kind": self.kind,
            "root": str(self.root.resolve()),
            "scratch": str(scratch),
            "home": str(home()),
            "read": [str(scratch), *(str(p.resolve()) for p in self.read)],
            "write": [str(p.resolve()) for p in self.write],
            "seconds": self.seconds,
            "bytes": self.limit,
            "network": self.network,
            "code": list(self.code),
            "confined": os.environ.get(CONFINE_VARIABLE) != "off",
        }


def home() -> Path:
    """The user's home folder; one that is not there where the system knows none, as for an unnamed user in a container."""
    try:
        return Path.home().resolve()
    except RuntimeError:
        return Path("/nonexistent")


def scoring_seconds() -> float:
    """The time limit of scoring: MLSPEC_SCORE_SECONDS of the judging process's environment, else 15 minutes."""
    try:
        return float(os.environ[SECONDS_VARIABLE])
    except (KeyError, ValueError):
        return SCORING_SECONDS


def declared_code(root: Path) -> tuple[str, ...]:
    """`spec.code` of mlspec.yaml: the folders that models of user code are imported from."""
    from mlspec.language.yaml.load import load_documents

    try:
        documents, _ = load_documents("mlspec.yaml", (root / "mlspec.yaml").read_bytes())
    except OSError:
        return ()
    form = documents[0].value if documents else None
    spec = form.get("spec") if isinstance(form, dict) else None
    code = (spec.get("code") if isinstance(spec, dict) else None) or []
    return tuple(str(folder) for folder in (code if isinstance(code, list) else [code]))
