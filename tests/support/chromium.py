"""A real Chromium, headless, with a new profile each time: Debian's package `chromium` (`apt-get install chromium`), or one under its other names.

Without one these tests are skipped, unless MLSPEC_NEED_CHROMIUM is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-extensions",
        "--force-device-scale-factor=1",
    ),
    *("--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)
ITS_OWN = re.compile(r"https?://[\w.-]*\.(google|googleapis|gvt1)\.com/")
"""What the browser asks for by itself, whatever the page."""


@dataclass(frozen=True)
class Seen:
    """A page in a browser: its elements afterwards, what the console says, and what it asked the network for."""

    dom: str
    console: list[str]
    requests: list[str]


def browser() -> str:
    """The browser's path; skips the test where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and not os.environ.get("MLSPEC_NEED_CHROMIUM"):
        pytest.skip("there is no Chromium here: `apt-get install chromium`")
    assert found, "there is no Chromium"
    return found


def look(page: str, folder: Path) -> Seen:
    """Load a page, and tell what came of it."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    log = folder / "net.json"
    done = run(["--dump-dom", "--enable-logging=stderr", f"--log-net-log={log}"], folder / "page.html")
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    urls = {e["params"]["url"] for e in events if isinstance(e.get("params"), dict) and e["params"].get("url")}
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return Seen(done.stdout, console, sorted(u for u in urls if u.startswith("http") and not ITS_OWN.match(u)))


def screenshot(page: Path, target: Path, size: tuple[int, int], *more: str) -> None:
    """Write what a window of this size shows, as PNG."""
    run([f"--screenshot={target}", f"--window-size={size[0]},{size[1]}", *more], page)


def run(words: list[str], page: Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    with tempfile.TemporaryDirectory(prefix="mlspec-chromium-", ignore_cleanup_errors=True) as profile:
        line = [browser(), *FLAGS, f"--user-data-dir={profile}", *words, page.resolve().as_uri()]
        return subprocess.run(line, capture_output=True, text=True, check=True, timeout=120)
