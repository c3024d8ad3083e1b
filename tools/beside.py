"""Lets another environment find the packages of this one after its own: `python tools/beside.py .venv-engines`. For `make test-all`."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path


def main(place: Path) -> None:
    """Write the file that Python reads at its start. What is an editable install here is one there."""
    own = sysconfig.get_path("purelib")
    (target,) = place.glob("lib/python3.*/site-packages")
    (target / "zz-beside.pth").write_text(f"import site; site.addsitedir({own!r})\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
