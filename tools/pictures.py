"""Makes the pictures of README from the example: `make pictures`. Needs Chromium (`apt-get install chromium`).

The gate report is photographed as a browser shows it; the plan is drawn as SVG from the text that `mlspec plan` prints. Models are trained
in a scratch copy. The same Chromium and fonts make the same photograph; the SVG is the same everywhere.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.chromium import screenshot

from mlspec.diagnostics.render.excerpt import width

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "example-project"
PICTURES = ROOT / "docs/pictures"
DARK = "--blink-settings=preferredColorScheme=0"
SIZE = (1240, 920)
CELL, LINE, EDGE = 8.4, 20, 22
"""Pixels: a character's width, a line's height, the room around the text."""
SIGNS = {"+": "good", "~": "warm", "-": "bad", ">": "warm", "?": "soft"}
STYLE = (
    "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#e4e8ee}"
    ".prompt{fill:#8cc0f2;font-weight:600}.good{fill:#7fd3a5}.warm{fill:#e6bd6a}.bad{fill:#f2988f}.soft{fill:#a4aebb}"
)


def main() -> int:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mlspec-pictures-") as scratch:
        project = _trained(Path(scratch) / "bike-demand")
        report = project / "report.html"
        _mlspec(project, "gate", "model/demand", "--report", report.name)
        screenshot(report, PICTURES / "gate-report.png", SIZE)
        screenshot(report, PICTURES / "gate-report-dark.png", SIZE, DARK)
        spec = project / "specs/models/demand.yaml"
        spec.write_text(spec.read_text(encoding="utf-8").replace("max_iter: 100", "max_iter: 150"), encoding="utf-8")
        text = "$ mlspec plan\n" + _mlspec(project, "plan")
        (PICTURES / "plan.svg").write_text(terminal(text), encoding="utf-8")
    return 0


def _trained(project: Path) -> Path:
    """A copy of the example as Git has it, committed, with its models trained."""
    tracked = subprocess.run(["git", "ls-files", "-z", "."], cwd=EXAMPLE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(EXAMPLE / name, project / name)
    me = ["-c", "user.name=Example", "-c", "user.email=example@example.org"]
    for words in (["init", "--quiet", "-b", "main"], ["add", "-A"], [*me, "commit", "--quiet", "-m", "Example"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    _mlspec(project, "run")
    return project


def _mlspec(project: Path, *words: str) -> str:
    """What a verb prints; its exit code is a verdict, not a failure of the script."""
    done = subprocess.run([sys.executable, "-m", "mlspec", *words], cwd=project, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2) or "internal error" in done.stderr:
        raise SystemExit(done.stderr)
    return done.stdout


def terminal(text: str) -> str:
    """A terminal with this text, as SVG: no font of its own, no script; words of a plan in their colours."""
    lines = text.rstrip("\n").split("\n")
    wide, high = round(max(map(width, lines)) * CELL) + 2 * EDGE, len(lines) * LINE + 2 * EDGE + 14
    rows = "\n".join(_row(line, EDGE + 24 + i * LINE) for i, line in enumerate(lines) if line.strip())
    dots = "".join(f'<circle cx="{EDGE + 16 * i}" cy="18" r="5" fill="#4a5568"/>' for i in range(3))
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">\n'
        f'<title id="t">mlspec plan in a terminal</title><desc id="d">{html.escape(text.strip())}</desc>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="{wide}" height="{high}" rx="10" fill="#14181f"/>{dots}\n{rows}\n</svg>\n'
    )


def _row(line: str, y: int) -> str:
    """A line at its place; blanks before it are pixels, which every viewer keeps."""
    words = line.strip()
    x, long = EDGE + (len(line) - len(line.lstrip())) * CELL, width(words) * CELL
    inside = html.escape(words).replace("  ", "\u00a0\u00a0")
    return f'<text x="{x:.1f}" y="{y}" class="{_class(line)}" textLength="{long:.1f}">{inside}</text>'


def _class(line: str) -> str:
    """The colour of a line, by the sign it begins with."""
    return "prompt" if line.startswith("$ ") else SIGNS.get(line.strip()[:1], "plain")


if __name__ == "__main__":
    sys.exit(main())
