"""Every kind, `metadata`: `team` became `owner`, since a person may own an object too."""

from __future__ import annotations

from mlspec.language.kinds.versions.steps import Move, Step, Within

METADATA: tuple[Step, ...] = (Within("metadata", (Move("team", "owner"),)),)
