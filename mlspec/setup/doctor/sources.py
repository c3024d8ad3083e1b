"""Sources, sets and steps that need more than files: is what they need given here?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, judge, ok


def examine(examined: Examined) -> Iterator[Finding]:
    """One check for each variable that a source reads, a step is given, or a set is served by. What stands in it is not looked at."""
    if examined.compiled.project is None:
        return
    wanted: dict[str, list[str]] = {}
    for source in examined.compiled.project.sources.values():
        for name in source.envelope.spec.secrets():
            wanted.setdefault(name, []).append(source.ref)
    for step in examined.compiled.project.steps.values():
        for name in step.envelope.spec.secrets:
            wanted.setdefault(name, []).append(step.ref)
    for features in examined.compiled.project.feature_sets.values():
        online = features.envelope.spec.online
        if online and online.store.redis:
            wanted.setdefault(online.store.redis, []).append(features.ref)
    for name, refs in sorted(wanted.items()):
        yield judge("sources", name, partial(variable, name, refs))


def variable(name: str, refs: list[str]) -> Verdict:
    """Not every machine reads every source, so that a variable which is not set is no problem of this one's."""
    if os.environ.get(name):
        return ok(f"is set, for {', '.join(refs)}")
    kinds = {ref.partition("/")[0] for ref in refs}
    what = "read" if kinds == {"source"} else "materialized or read by key" if kinds == {"features"} else "made"
    raise Skipped(
        f"is not set here: {', '.join(refs)} can't be {what}",
        "set it (to a database's or store's address, a key of pseudonyms, or a step's secret), and ask again",
    )
