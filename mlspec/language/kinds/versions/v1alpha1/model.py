"""kind: Model, what changed from v1alpha1 to v1. A ModelSet's template and overrides hold the same `spec`.

| v1alpha1 | v1 |
|---|---|
| `source`, `filter`, `label` | `data`, `where`, `target` |
| `features: {use: […], drop: […]}` | `features: {include: […], exclude: […]}` |
| `split: {kind, testSize, testStart, groupBy}` | `split: {strategy, test, testFrom, group}` |
| `preprocess: {impute: {numeric, categorical}, scale, encode}` | `preprocess: {numeric: {impute, scale}, categorical: {impute, encode}}` |
| `estimator: sklearn.x.Y`, and `params` beside it | `estimator: {class: sklearn.x.Y, params: …}` |
| `trainFunction: src.train:fit` | `trainer: {callable: src.train:fit}` |
| `baseline: {estimator: sklearn.x.Y, params}` | `baseline: {estimator: {class: sklearn.x.Y, params}}` |
| `randomState`, `documentation` | `seed`, `card` |
| `runner`, `timeout` | `resources: {runsOn, timeout}` |
| | `labels`, `command`, `tuning` and `validation` are new, and of `card` all but `intendedUse` and `limitations` |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.language.kinds.versions.part import Log, Part
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within

_CARD = (
    *("ethicalConsiderations", "users", "outOfScope", "factors", "metrics", "caveats"),
    *("humanOversight", "risks", "contact", "license", "references"),
)
"""What a v1alpha1 model card can't say."""


@dataclass(frozen=True, slots=True)
class _Estimator:
    """The class as text with `params` beside it, against a mapping of both."""

    def up(self, part: Part, log: Log) -> None:
        estimator, params = part.value.get("estimator"), part.value.get("params")
        if estimator is not None and isinstance(estimator.value, dict):
            log.add(estimator.at, f"`estimator` is no mapping in {log.old}", "write `estimator: <class>`, and `params` beside it")
            return
        if params is None and (estimator is None or estimator.value is None):
            return
        if estimator is not None and estimator.value is None:
            log.add(estimator.at, "`estimator` is nothing, and has `params`", "name the class, or remove `params`")
            return
        held = {} if estimator is None else {"class": Part(estimator.value, estimator.at)}
        first = estimator or params
        if first is not None:
            part.value["estimator"] = Part(held | ({} if params is None else {"params": params}), first.at, first.key_at)
        part.value.pop("params", None)

    def down(self, part: Part, log: Log) -> None:
        if "params" in part.value:
            log.foreign(part.value["params"], "params", "write it below `estimator`")
            return
        estimator = part.value.get("estimator")
        if estimator is None or estimator.value is None:
            return
        keys = set(estimator.value) if isinstance(estimator.value, dict) else set()
        name = estimator.value.get("class") if keys else None
        if not keys or keys - {"class", "params"} or (name is not None and not (name.is_scalar and name.value is not None)):
            log.inexpressible(estimator.at, "`estimator` with this value", "write `{class: …, params: {…}}`")
            return
        held = {"estimator": Part(name.value, name.at, estimator.key_at)} if name is not None else {}
        held |= {"params": estimator.value["params"]} if "params" in keys else {}
        part.value = _replaced(part.value, "estimator", held)

    def words(self) -> Iterable[tuple[str, str]]:
        return [("class", "estimator")]


def _replaced(value: dict[str, Part], key: str, held: dict[str, Part]) -> dict[str, Part]:
    """The mapping with `held` in the place of `key`."""
    found: dict[str, Part] = {}
    for name, part in value.items():
        found |= held if name == key else {name: part}
    return found


@dataclass(frozen=True, slots=True)
class _TrainFunction:
    """The function's name, against a mapping with `callable`."""

    def up(self, part: Part, log: Log) -> None:  # noqa: ARG002 - as every step
        found = part.value.get("trainer")
        if found is not None and found.value is not None:
            found.value = {"callable": Part(found.value, found.at)}

    def down(self, part: Part, log: Log) -> None:
        found = part.value.get("trainer")
        if found is None or found.value is None:
            return
        if not isinstance(found.value, dict) or set(found.value) != {"callable"} or not found.value["callable"].is_scalar:
            log.inexpressible(found.at, "`trainer` with this value", "write `{callable: …}`")
            return
        found.value, found.at, found.named = found.value["callable"].value, found.value["callable"].at, found.key_at

    def words(self) -> Iterable[tuple[str, str]]:
        return [("callable", "trainFunction")]


SPEC: tuple[Step, ...] = (
    Absent("labels"),
    Absent("command"),
    Absent("tuning"),
    Absent("validation"),
    Move("source", "data"),
    Move("filter", "where"),
    Move("label", "target"),
    Within("features", (Move("use", "include"), Move("drop", "exclude"))),
    Within("split", (Move("kind", "strategy"), Move("testSize", "test"), Move("testStart", "testFrom"), Move("groupBy", "group"))),
    Within(
        "preprocess",
        (
            Move("impute.numeric", "numeric.impute"),
            Move("impute.categorical", "categorical.impute"),
            Move("scale", "numeric.scale"),
            Move("encode", "categorical.encode"),
        ),
    ),
    _Estimator(),
    Move("trainFunction", "trainer"),
    _TrainFunction(),
    Within("baseline", (_Estimator(),)),
    Move("randomState", "seed"),
    Move("documentation", "card"),
    Within("card", tuple(Absent(key) for key in _CARD)),
    Move("runner", "resources.runsOn"),
    Move("timeout", "resources.timeout"),
)
"""The steps of a Model's `spec`."""

STEPS: tuple[Step, ...] = (Within("spec", SPEC),)
