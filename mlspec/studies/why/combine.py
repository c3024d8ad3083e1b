"""Recipes mixed of two sides, trained and asked for the same test rows; what was tried is kept on this machine, by content."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import MIXES
from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.diagnostics.digest import canonical_digest
from mlspec.diagnostics.words import about, counted
from mlspec.gates.mixed import Form, Mix, answers_of
from mlspec.studies.why.sides import CODE, PARAMS, ROWS, SEED, Side

Say = Callable[[str], None]
VERSION = 1
"""Of the files in the cache."""


@dataclass(slots=True)
class Mixer:
    """`tree`: a checkout of then's commit, for its code. `seconds`: what the trainings may take together; `spent`: what they took."""

    root: Path
    tree: Path
    then: Side
    now: Side
    seconds: float
    say: Say
    spent: float = 0.0
    trained: int = 0
    known: dict[str, Form] = field(default_factory=dict)

    def all_of(self, combinations: Iterable[frozenset[str]]) -> dict[frozenset[str], Form]:
        """Answers of each recipe in which the factors of the combination are now's, and the others then's.

        Raises MLS0796 when the budget does not reach: what was trained by then is kept.
        """
        wanted = list(dict.fromkeys(combinations))
        lacking = [one for one in wanted if self._kept(self._mix(one)) is None]
        if lacking:
            self.say(f"{counted(len(lacking), 'training')} of mixed recipes{self._kept_told(len(wanted) - len(lacking))} …")
        for number, chosen in enumerate(lacking, 1):
            self._train(chosen, number, len(lacking))
        return {one: self._known(self._mix(one)) for one in wanted}

    def own(self, side: Side, judged_by: Side) -> Form:
        """The answers of a side's own bytes, by its own code, for the test rows of `judged_by`."""
        tree = self.tree if side is self.then else self.root
        mix = Mix(tree, {}, side.candidate, side.candidate)
        return answers_of(self.root, judged_by.evaluate, mix, judged_by.candidate.artifacts.test)

    @property
    def _test(self) -> Any:
        return self.now.candidate.artifacts.test

    @staticmethod
    def _kept_told(count: int) -> str:
        return f", {count} more known from before" if count else ""

    def _mix(self, chosen: frozenset[str]) -> Mix:
        def of(factor: str) -> Side:
            return self.now if factor in chosen else self.then

        section = of(PARAMS).params | {"seed": of(SEED).seed}
        tree = self.root if CODE in chosen or self.then.code == self.now.code else self.tree
        return Mix(tree, section, of(PARAMS).candidate, of(ROWS).candidate)

    def _train(self, chosen: frozenset[str], number: int, count: int) -> None:
        mix, began = self._mix(chosen), time.monotonic()
        self._keep(mix, answers_of(self.root, self.now.evaluate, mix, self._test))
        took = time.monotonic() - began
        self.spent, self.trained = self.spent + took, self.trained + 1
        left = took * (count - number)
        self.say(f"      {told(chosen)}: {took:.1f} s{f', {about(left)} left' if left else ''}")
        if self.spent + left > self.seconds and number < count:
            message = f"{count - number} trainings are left, which take {about(left)}; the budget is {about(self.seconds)}"
            raise problem("MLS0796", message, help=f"`--budget {round((self.spent + left) / 60) + 1}` (minutes); what was trained is kept")

    def _key(self, mix: Mix) -> str:
        side = self.now if mix.tree == self.root else self.then
        rows = {"train": mix.rows.artifacts.train.digest, "test": self._test.digest, "recipe": mix.recipe.digest}
        environment = dict(self.now.libraries)
        form = {"version": VERSION, "section": dict(mix.section), "code": dict(side.code), "environment": environment, **rows}
        return canonical_digest(form).removeprefix("sha256:")

    def _place(self, mix: Mix) -> Path:
        return self.root / MIXES / f"{self._key(mix)}.json"

    def _keep(self, mix: Mix, form: Form) -> None:
        self.known[self._key(mix)] = form
        place = self._place(mix)
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, (json.dumps(dict(form)) + "\n").encode(), durable=False)

    def _kept(self, mix: Mix) -> Form | None:
        try:
            found: Any = json.loads(self._place(mix).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, Mapping) and {"predicted", "proba", "classes", "levels"} <= found.keys() else None

    def _known(self, mix: Mix) -> Form:
        found = self.known.get(self._key(mix)) or self._kept(mix)
        assert found is not None  # noqa: S101 - it was trained above
        return found


def told(chosen: frozenset[str]) -> str:
    """A combination for people."""
    return f"today's {', '.join(sorted(chosen))}" if chosen else "nothing of today's"
