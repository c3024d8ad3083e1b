"""DVC's lines become events; the child's whole group ends with us."""

from __future__ import annotations

import itertools

from mlspec.pipelines.run.dvc_process import Event, events

LINES = """\
Stage 'ingest' didn't change, skipping
Running stage 'clean':
> python -m mlspec.runtime clean
clean: 100 rows read, 99 kept
Updating lock file 'dvc.lock'

Stage 'validate' is cached - skipping run, checking out outputs
Running stage 'train':
> python -m mlspec.runtime train
error[MLS0654]: Ridge failed to fit
ERROR: failed to reproduce 'train': failed to run: python -m mlspec.runtime train, exited with 1
""".splitlines()


def test_lines_become_events() -> None:
    clock = itertools.count(0.0, 1.0)
    found = list(events(LINES, lambda: next(clock)))
    assert [(e.kind, e.stage) for e in found] == [
        ("skip", "ingest"),
        ("start", "clean"),
        ("output", "clean"),
        ("done", "clean"),
        ("checkout", "validate"),
        ("start", "train"),
        ("output", "train"),
        ("output", "train"),
        ("done", "train"),
    ]
    assert found[2] == Event("output", "clean", text="clean: 100 rows read, 99 kept")
    assert found[3].seconds > 0
