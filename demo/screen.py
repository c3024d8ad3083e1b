"""What the demo prints: numbered headings, commands, their output, and times. Plain text; colours only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

BOLD, DIM, RED, GREEN = "1", "2", "31", "32"


class Screen:
    """Prints, and measures how long each step takes."""

    def __init__(self, steps: int) -> None:
        self.steps, self.at = steps, 0
        self.began = time.monotonic()
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line; `style` is an SGR code, used on a terminal only."""
        shown = f"\x1b[{style}m{text}\x1b[0m" if style and self.colour else text
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Number a step, and say how long it took when it went well."""
        self.at += 1
        began = time.monotonic()
        self.line()
        self.line(f"{self.at}/{self.steps}  {title}", BOLD)
        yield
        self.line(f"    done in {time.monotonic() - began:.1f} s", GREEN)

    def command(self, words: str, where: str) -> None:
        self.line(f"    {where}$ {words}", BOLD)

    def output(self, text: str) -> None:
        self.line(f"      {text}", DIM)

    def note(self, text: str) -> None:
        self.line(f"    {text}")

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self.began
