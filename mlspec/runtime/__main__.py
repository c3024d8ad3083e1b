"""`python -m mlspec.runtime STAGE`: run one stage in the current folder. Exit codes: 0 ok, 1 problems, 2 usage, 3 a bug, 130 Ctrl-C."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

STAGES = ("ingest", "clean", "validate", "features", "labels", "split", "tune", "cross_validate", "train", "evaluate", "step")


def run_stage(stage: str, folder: Path, *, fenced: bool = False) -> None:
    """Run a stage in its generated folder. Raises `Problems` for whatever is the user's to mend.

    `fenced`: keep this process, for good, to what the stage declares, if it runs code of the user's.
    """
    from mlspec.diagnostics import atomic
    from mlspec.runtime import context

    found = context.load(stage, folder)
    atomic.sweep(found.folder)
    if fenced and stage != "step":  # its program is fenced in, in a process of its own
        from mlspec.runtime import fence

        fence.close(found)
    importlib.import_module(f"mlspec.runtime.{stage}").run(found)


def main(arguments: list[str]) -> int:
    """Run the stage that the arguments name; return the exit code."""
    from mlspec.diagnostics import Problems
    from mlspec.runtime import report
    from mlspec.runtime.threads import pin_process

    pin_process()
    if len(arguments) != 1 or arguments[0] not in STAGES:
        report.say(f"usage: python -m mlspec.runtime {{{','.join(STAGES)}}}")
        return 2
    try:
        run_stage(arguments[0], Path.cwd(), fenced=True)
    except Problems as found:
        report.show(found.diagnostics)
        return 1
    except KeyboardInterrupt:
        report.say("interrupted")
        return 130
    except Exception as error:  # noqa: BLE001 - the last line of defence
        report.bug(arguments[0], error)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
