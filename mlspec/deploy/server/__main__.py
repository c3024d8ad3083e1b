"""Serve one model: `python -m mlspec.deploy.server --config FILE`."""

from __future__ import annotations

import sys

from mlspec.deploy.child import Report, arguments, run_reporting


def main() -> int:
    """Return the exit code: 0 after a graceful end, 1 when it could not serve (the reason is on standard output, as JSON)."""
    given = arguments("mlspec.deploy.server", __doc__)

    def work(report: Report) -> None:
        from mlspec.deploy.server.config import read_config
        from mlspec.deploy.server.serve import run

        run(read_config(given.config), report.done)

    return run_reporting(work, given.lock, given.seconds)


if __name__ == "__main__":
    sys.exit(main())
