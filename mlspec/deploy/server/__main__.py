"""Serve one model: `python -m mlspec.deploy.server --config FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlspec.deploy.child import Report, run_reporting


def main() -> int:
    """Return the exit code: 0 after a graceful end, 1 when it could not serve (the reason is on standard output, as JSON)."""
    parser = argparse.ArgumentParser(prog="python -m mlspec.deploy.server", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the JSON file that mlspec reconcile wrote")
    path = parser.parse_args().config

    def work(report: Report) -> None:
        from mlspec.deploy.server.config import read_config
        from mlspec.deploy.server.serve import run

        run(read_config(path), report.done)

    return run_reporting(work)


if __name__ == "__main__":
    sys.exit(main())
