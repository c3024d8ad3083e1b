"""The warm process begins here: `python -I start.py SETUP`, with SETUP = `{"package": folder, "paths": [folder]}` as JSON.

`-I` ignores PYTHON* variables, the user's site-packages and the script's own folder. The folders in which the judging process finds its
libraries come after those of Python itself; a project's repository is not among them.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Find mlspec where the judging process found it, then serve until its end of the line closes."""
    setup = json.loads(sys.argv[1])
    sys.path += [path for path in setup["paths"] if path not in sys.path]
    sys.path.insert(0, setup["package"])
    from mlspec.gates.scoring import template

    sys.path.remove(setup["package"])  # what else stands beside the package is not importable first
    if setup["package"] not in sys.path:
        sys.path.append(setup["package"])
    template.serve_desks()


if __name__ == "__main__":
    main()
