"""Several annotators, one label: by majority, the latest, refusal, or the model of Dawid and Skene. Order settles nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.words import counted
from mlspec.runtime.labels.found import Found, Label, Vote, keys_shown, moment

NEAR = 1e-6
"""Classes whose chances differ by less are a tie."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`labels`: key -> label. `how`: of each key on which annotators differ: the rule, `gold`, `adjudicated`, or `open`."""

    labels: Mapping[str, Label]
    how: Mapping[str, str]
    notes: tuple[Diagnostic, ...]
    steps: int = 0

    @property
    def open(self) -> list[str]:
        """Keys that have no label, since annotators differ and nothing settles it."""
        return [key for key, how in self.how.items() if how == "open"]


def settle(found: Found, params: Mapping[str, Any]) -> Settled:
    """Settle each key. What people decided stands above any rule. Raises MLS0694, MLS0697."""
    rule = params["resolve"]
    fitted = _dawid_skene(found, params) if rule == "dawid_skene" and found.votes else None
    decide: Callable[[tuple[Vote, ...]], Label | None] = _rule(rule, params)
    labels: dict[str, Label] = {}
    how: dict[str, str] = {}
    for key, votes in found.by_key.items():
        label = fitted[0].get(key) if fitted else decide(votes)
        if label is not None:
            labels[key] = label
        if len({v.label for v in votes}) > 1:
            how[key] = "open" if label is None else rule
    for name, given in (("gold", found.gold), ("adjudicated", found.adjudicated)):
        labels |= {key: label for key, (label, _) in given.items()}
        how |= {key: name for key in given if key in how}
    result = Settled(dict(sorted(labels.items())), how, (), fitted[1] if fitted else 0)
    return Settled(result.labels, how, (*_told(result, params), *(fitted[2] if fitted else [])), result.steps)


def _majority(votes: tuple[Vote, ...]) -> Label | None:
    (first, most), *others = Counter(v.label for v in votes).most_common(2)
    return None if others and others[0][1] == most else first


def _latest(votes: tuple[Vote, ...], params: Mapping[str, Any]) -> Label | None:
    if len({v.label for v in votes}) == 1:
        return votes[0].label
    times = [moment(v.time) for v in votes]
    for vote, time in zip(votes, times, strict=True):
        if time is None:
            message = f"an annotation of {keys_shown([vote.key], params)} says not when it was made, and `resolve: latest` goes by that"
            raise problem("MLS0694", message, help="name the column: `csv: {time: …}`; or settle otherwise", span=vote.place.span)
    last = max(t for t in times if t is not None)
    said = {v.label for v, t in zip(votes, times, strict=True) if t == last}
    return said.pop() if len(said) == 1 else None


def _refuse(votes: tuple[Vote, ...]) -> Label | None:
    return votes[0].label if len({v.label for v in votes}) == 1 else None


def _rule(name: str, params: Mapping[str, Any]) -> Callable[[tuple[Vote, ...]], Label | None]:
    if name == "latest":
        return lambda votes: _latest(votes, params)
    return _refuse if name == "refuse" else _majority


def _dawid_skene(found: Found, params: Mapping[str, Any]) -> tuple[dict[str, Label], int, list[Diagnostic]]:
    import numpy as np

    from mlspec.metrics.dawid_skene import fit

    if params["type"] == "number":
        raise problem("MLS0697", "`resolve: dawid_skene` settles classes, and these labels are numbers", help="use `majority` or `latest`")
    unnamed = next((v for v in found.votes if v.annotator is None), None)
    if unnamed is not None:
        message = "`resolve: dawid_skene` weighs annotators, and this annotation names none"
        raise problem("MLS0697", message, help="use `majority`, or name the annotator", span=unnamed.place.span)
    names = sorted({str(v.annotator) for v in found.votes})
    kinds = sorted({v.label for v in found.votes}, key=str)
    keys = list(found.by_key)
    at, who, what = ({x: i for i, x in enumerate(all_)} for all_ in (keys, names, kinds))
    codes = [
        np.array(c, dtype=np.int64) for c in zip(*((at[v.key], who[str(v.annotator)], what[v.label]) for v in found.votes), strict=True)
    ]
    made = fit(codes[0], codes[1], codes[2])
    ranked = np.sort(made.classes, axis=1)
    sure = ranked[:, -1] - (ranked[:, -2] if len(kinds) > 1 else 0.0) > NEAR
    best = made.classes.argmax(axis=1)
    labels = {key: kinds[best[i]] for i, key in enumerate(keys) if sure[i]}
    message = f"the model of Dawid and Skene did not converge in {made.steps} steps"
    notes = [] if made.converged else [Diagnostic("MLS0697", message, help="look at the annotators in labels.json", severity="warning")]
    return labels, made.steps, notes


def _told(settled: Settled, params: Mapping[str, Any]) -> list[Diagnostic]:
    if not settled.open:
        return []
    refuse = params["resolve"] == "refuse"
    what = "annotators differ on" if refuse else f"`resolve: {params['resolve']}` is a tie on"
    message = f"{what} {counted(len(settled.open), 'key')}: {keys_shown(settled.open, params)}"
    advice = "conflicts.csv lists them: settle each by a line in the `adjudicated` file" + (
        "" if refuse else "; they have no label till then"
    )
    return [Diagnostic("MLS0695", message, help=advice, severity="error" if refuse else "warning")]
