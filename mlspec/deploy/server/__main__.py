"""Serve models: `python -m mlspec.deploy.server --config FILE`."""

from __future__ import annotations

import sys

from mlspec.deploy.ahead import wait_for_work
from mlspec.deploy.child import Report, arguments, run_reporting
from mlspec.runtime.threads import pin_process

LIBRARIES = (
    "uvicorn",
    "mlspec.deploy.server.serve",
    "mlspec.deploy.server.host",
    "mlspec.runtime.compiled.choose",
    "orjson",
)
"""What a server imports that was started ahead."""
HEAVY = ("pandas", "sklearn.pipeline", "sklearn.compose", "sklearn.ensemble")
"""What it needs, too, for models that are not kept compiled: where the one that it replaces did."""


def main() -> int:
    """Return the exit code: 0 after a graceful end, 1 when it could not serve (the reason is on standard output, as JSON)."""
    given = arguments("mlspec.deploy.server", __doc__)
    lock, seconds = given.lock, given.seconds
    if given.wait:
        pin_process()
        lock, seconds = wait_for_work((*LIBRARIES, *HEAVY) if given.wait == "all" else LIBRARIES)

    def work(report: Report) -> None:
        from mlspec.deploy.server.config import read_config
        from mlspec.deploy.server.serve import run

        run(read_config(given.config), given.config, report.done)

    return run_reporting(work, lock, seconds)


if __name__ == "__main__":
    sys.exit(main())
