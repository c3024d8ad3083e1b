"""The server process begins here: `python start.py SETUP`, with SETUP as JSON (see `Server`); `python start.py SETUP TASK` does one task.

Started by path, so that Python puts this file's folder first on its path, not the current one: it goes again before anything is imported.
With `-I` variables such as PYTHONPATH say nothing, and `paths` are the folders in which libraries are found; `package` is mlspec's own.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Find mlspec as the asking process does, then serve until its end of the socket closes, or do the one task."""
    setup = json.loads(sys.argv[1])
    if sys.flags.isolated:
        sys.path += [path for path in setup["paths"] if path not in sys.path]
        sys.path.insert(0, setup["package"])
    else:
        if not sys.flags.safe_path:
            del sys.path[0]
        if len(sys.argv) == 2:
            relative = _relative()
            sys.path[:] = [path for path in sys.path if path not in relative]
    from mlspec.runtime.warm import child, serve

    if sys.flags.isolated:
        sys.path.remove(setup["package"])  # what else stands beside the package is not importable first
        if setup["package"] not in sys.path:
            sys.path.append(setup["package"])
    if len(sys.argv) > 2:
        child.spawned(setup, json.loads(sys.argv[2]))
    serve.serve(setup)


def _relative() -> set[str]:
    """What PYTHONPATH names from the current folder (an empty entry is that folder): a task adds its own folder; this one is not meant."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {os.path.abspath(entry) for entry in entries if not os.path.isabs(entry)}  # noqa: PTH100, PTH117 - as Python's `site` does


if __name__ == "__main__":
    main()
