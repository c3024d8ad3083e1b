"""A worker of `process_cluster.py`: takes a task from its standard input, and writes the answer to a file."""

from __future__ import annotations

import sys
from pathlib import Path

from mlspec.pipelines.engines.worker import perform


def main(digest: str, answer: str) -> None:
    Path(answer).write_bytes(perform(sys.stdin.buffer.read(), digest))


if __name__ == "__main__":
    main(*sys.argv[1:])
