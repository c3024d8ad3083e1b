"""The stage's own words of why it failed: more telling than that it did."""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_CHARACTERS = 500
_OWN = re.compile(r"error\[(MLS\d{4})\]: (.+)")


class StageMessage:
    """Hands lines on, and keeps the first that is a diagnostic of the stage since the last stage began."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self.text = say, ""

    def __call__(self, line: str) -> None:
        """Say a line of a run."""
        found = _OWN.search(line)
        if line.endswith(" running …"):
            self.text = ""
        elif found and not self.text:
            self.text = f"{found[1]}: {found[2]}"[:MAX_CHARACTERS]
        self._say(line)
