"""The targets that this version can deploy to, by the name of their kind."""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.deploy.targets import batch, rest
from mlspec.deploy.targets.protocol import Target

RUNTIMES: Mapping[str, Target] = {"rest": rest, "batch": batch}
"""One for each row of TARGET_KINDS that has a runtime: a test holds the two together."""
