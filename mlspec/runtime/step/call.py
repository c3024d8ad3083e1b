"""`python -m mlspec.runtime.step.call package.module:function`: a function of the user's, in a room, by the contract of programs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> int:
    """Import and call the function; what it returns counts as nothing."""
    from mlspec.diagnostics import Problems
    from mlspec.runtime import report, user_code

    base = Path(os.environ["MLSPEC_OUTPUT"])
    inputs = {alias: _path(value) for alias, value in json.loads(os.environ["MLSPEC_INPUTS"]).items()}
    offered = {
        "inputs": inputs,
        "params": json.loads(os.environ["MLSPEC_PARAMS"]),
        "output": base,
        "seed": int(os.environ["MLSPEC_SEED"]),
    }
    try:
        function = user_code.load_callable(arguments[0], base)
        positional, named = user_code.arguments_of(function, offered)
        user_code.call(function, arguments[0], *positional, root=base, **named)
    except Problems as found:
        for one in found.diagnostics:
            report.say(one.message)  # the stage tells the rest
        return 1
    return 0


def _path(value: Any) -> Any:
    return Path(value) if isinstance(value, str) else [Path(one) for one in value]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
