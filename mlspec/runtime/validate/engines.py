"""Where each rule is measured: here, or on the Spark that its ValidationRules name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlspec.runtime.context import Context
from mlspec.runtime.validate.check import Check, Outcome
from mlspec.runtime.validate.measure import Engine, Here


@contextlib.contextmanager
def engine_for(context: Context, connection: Any, columns: Mapping[str, str], checks: Sequence[Check]) -> Iterator[Engine]:
    """The engine that answers for checks. What can't be asked elsewhere is told before anything leaves: MLS0539."""
    here = Here(connection)
    named: Mapping[str, Any] = context.engine.get("spark", {})
    if not named:
        yield here
        return
    from mlspec.runtime.validate.spark import judge

    plans = {}
    for variable, settings in named.items():
        own = [check for check in checks if check.rule in settings["rules"]]
        plans[variable] = judge.plan(connection, columns, own) if own else None
    with contextlib.ExitStack() as stack:
        by_rule: dict[str, Engine] = {}
        for variable, planned in plans.items():
            if planned is not None:
                engine = stack.enter_context(judge.on_spark(connection, variable, named[variable]["seconds"], planned))
                by_rule |= dict.fromkeys(named[variable]["rules"], engine)
        yield Several(here, by_rule)


class Several:
    """Asks for each check the engine of its rule."""

    def __init__(self, here: Here, by_rule: Mapping[str, Engine]) -> None:
        self._here, self._by_rule = here, by_rule

    def _of(self, check: Check) -> Engine:
        return self._by_rule.get(check.rule, self._here)

    def measure(self, checks: Sequence[Check]) -> list[Outcome]:
        """What came of each check, in order."""
        found: dict[int, Outcome] = {}
        for engine in self._all():
            own = [check for check in checks if self._of(check) is engine]
            found |= dict(zip(map(id, own), engine.measure(own), strict=True))
        return [found[id(check)] for check in checks]

    def bad_rows(self, outcome: Outcome) -> list[int]:
        """The numbers of the rows that break a check, in order. Of rules in Python, they are known here."""
        return self._of(outcome.check).bad_rows(outcome) if outcome.check.bad_rows is not None else self._here.bad_rows(outcome)

    def exclude(self, rows: Sequence[int]) -> None:
        """Take rows out, everywhere."""
        for engine in self._all():
            engine.exclude(rows)

    def _all(self) -> list[Engine]:
        return list({id(engine): engine for engine in (self._here, *self._by_rule.values())}.values())
