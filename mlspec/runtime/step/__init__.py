"""The stage step: run a program in a room that holds what it declares to read, and keep what it declares to write, whole or not at all.

`room`: the folder that it runs in; `contract`: what it is told; `program`: the process, its time and its output; `shut_in`: the kernel's
fence; `outputs`: what it left; `numbers`: its metrics; `call`: the process of a function of the user's.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.diagnostics import atomic
from mlspec.runtime.context import Context
from mlspec.runtime.step import numbers, outputs
from mlspec.runtime.step.contract import environment, secrets_of
from mlspec.runtime.step.program import Program, run_program
from mlspec.runtime.step.room import opened
from mlspec.runtime.step.told import failed, require_no_undeclared

HOUR = 3600.0


def run(context: Context) -> None:
    """Raises MLS0603 to MLS0609 and MLS0634 to MLS0636."""
    run_behind(context, [context.root], context.seconds or HOUR)


def run_behind(context: Context, holes: Sequence[Path], seconds: float) -> None:
    """The same; of the folders `holes` the program reads what it declares, and libraries. A checkout lies in a repository that is one."""
    params = context.params
    secrets = secrets_of(params)
    with opened(context, holes) as room:
        told = environment(params, room, secrets)
        ended = run_program(Program(_words(params), room, told, seconds, tuple(secrets.values()), bool(params.get("network"))))
        if not ended.is_well:
            raise failed(context, params, room, ended)
        outputs.require_declared(room)
        found = {path: outputs.describe(room.base, path) for path in params["outputs"]}
        measured = numbers.read(room.base, params.get("metrics", {}))
        require_no_undeclared(context, params, room, ended)
        for path in params["outputs"]:
            outputs.install(room.base / path, context.root, path)
    if measured:
        atomic.write_json(context.out("metrics.json"), measured)
    atomic.write_json(context.out("step.json"), {"outputs": found, "metrics": measured})


def _words(params: Mapping[str, Any]) -> list[str]:
    if "argv" in params:
        return list(params["argv"])
    return [sys.executable, "-m", "mlspec.runtime.step.call", params["callable"]]


__all__ = ["HOUR", "run", "run_behind"]
