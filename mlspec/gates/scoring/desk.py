"""A desk: the process that judges. It has rows and labels, and no credentials; no model is loaded in it."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.gates.scoring.environment import take_over
from mlspec.gates.scoring.helper import HELPER
from mlspec.gates.scoring.line import Line, to_form

WORK = {
    "errand": "mlspec.gates.scoring.helper:relay",
    "judge": "mlspec.gates.ruling:rule_at_desk",
    "baseline": "mlspec.gates.baseline:compare_at_desk",
    "stage": "mlspec.gates.stages:run_at_desk",
    "alongside": "mlspec.gates.alongside:score_at_desk",
    "reseed": "mlspec.gates.reseeded:measure_at_desk",
    "mix": "mlspec.gates.mixed:answer_at_desk",
    "parts": "mlspec.gates.mixed:parts_at_desk",
    "next": "mlspec.gates.labelling.at_desk:next_rows",
    "suspects": "mlspec.gates.labelling.at_desk:suspects",
}
"""What may be asked for."""
PATIENCE = 5.0
"""Seconds that a desk whose judging process is gone may take to clear up."""


def serve(front: Line, beside: Line) -> None:
    """Do what is asked until the judging process is gone."""
    HELPER.adopt(beside)
    threading.Thread(target=_end_with, args=(front,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, OSError):
        import_module("mlspec.gates.ruling")
        for request in front.requests():
            reply = _done(request)
            front.send({**reply, "ends": beside.is_alone()})
            if beside.is_alone():
                return


def _done(request: Mapping[str, Any]) -> dict[str, Any]:
    take_over(request["given"])
    tempfile.tempdir = request["temp"]
    module, _, name = WORK[request["do"]].partition(":")
    try:
        work: Callable[[Mapping[str, Any]], Any] = getattr(import_module(module), name)
        return {"value": to_form(work(request["details"]))}
    except Problems as problems:
        return {"problems": to_form(problems.diagnostics)}
    except Exception:  # noqa: BLE001 - told where the work was asked for
        return {"bug": traceback.format_exc()}


def _end_with(front: Line) -> None:
    """The judging process is gone: leave what is being done, clear up, end."""
    front.wait_alone()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    threading.Event().wait(PATIENCE)
    os._exit(1)
