"""Why a model did not answer rows, as the client is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.deploy.server.errors import RequestError
from mlspec.diagnostics import Problems

log = logging.getLogger("mlspec.server")


def explained(problems: Problems, columns: Mapping[str, Sequence[Any]]) -> RequestError:
    """Values that don't fit are the client's to mend; a model that fails is ours, unless it only can't do with null."""
    wrong = problems.diagnostics[0]
    if wrong.code in ("MLS0647", "MLS0649", "MLS0664"):
        return RequestError(f"{wrong.message}; {wrong.help}")
    log.error("%s: %s", wrong.code, wrong.message, exc_info=problems.__cause__)
    holes = [f"`{name}`" for name, values in columns.items() if None in values]
    if holes and isinstance(problems.__cause__, ValueError):
        return RequestError(f"the model can't predict rows with null in {', '.join(holes)}: send a value")
    return RequestError("the model failed on these rows; the server's log says why", 500)
