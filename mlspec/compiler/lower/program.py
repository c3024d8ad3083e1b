"""A model's `command` -> what its train stage depends on, and what its section says of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, input_paths, program_code, program_files

SIX_HOURS = 6 * 3600.0
"""How long a program may train where the spec says nothing: as long as a second training may take where it is judged."""


def program_deps(command: Any, inputs: Inputs) -> tuple[str, ...]:
    """Files that training depends on: the programs' own, the code folders they lie in, and the declared inputs."""
    own = _files([*command.argv, *(command.predict.argv if command.predict else ())], inputs)
    return (*as_tracked(inputs, own), *as_tracked(inputs, input_paths(command).values()))


def program_params(command: Any, inputs: Inputs) -> dict[str, Any]:
    """What the section `train` says of the program."""
    params: dict[str, Any] = {
        "argv": list(command.argv),
        "leaves": command.leaves,
        "rows": command.rows,
        "code": _files(command.argv, inputs),
        "inputs": input_paths(command),
        "params": command.params or {},
        "threads": command.threads,
    }
    if command.predict:
        argv = list(command.predict.argv)
        params["predict"] = {"argv": argv, "code": _files(argv, inputs)} | (
            {"lines": command.predict.lines} if command.predict.lines else {}
        )
    for name in ("network", "live"):
        if getattr(command, name):
            params[name] = True
    return params


def program_limits(spec: Any) -> dict[str, float]:
    """The time limit: no parameter, since it changes no result."""
    return {"seconds": spec.resources.timeout or SIX_HOURS} if spec.command else {}


def _files(argv: Sequence[str], inputs: Inputs) -> list[str]:
    words = program_files(argv, inputs)
    return sorted({*words, *program_code(inputs, words)})
