"""Do the numbers of a claim and of a record come out again? What was typed by hand does not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Diagnostic, Span
from mlspec.gates.evidence import Judgement
from mlspec.gates.overview import MetricRow
from mlspec.registry.chain import Chain
from mlspec.registry.claims import ClaimFile
from mlspec.registry.entries import Entry
from mlspec.registry.records import is_of_step

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""How far numbers may differ between machines: the last bits of sums do, a forged digit does more."""
SHOWN = 2e-3
"""The same for numbers in a sentence, which have four digits."""

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_NUMBERS = ("value", "low", "high", "threshold", "reference", "rows")


def compare_gates(chain: Chain, file: ClaimFile, judgement: Judgement) -> Iterator[Diagnostic]:
    """Each gate of the claim against the same gate judged again: every number, the verdict, and the sentence."""
    help_text = "a claim's numbers are never typed: `mlspec promote` again"
    rows = [g.canonical() for g in file.claim.gates or ()]
    claimed = {(g["kpi"], g["subject"]): g for g in rows}
    found = {(g.kpi, g.subject): g.as_form() for g in judgement.report.gates}
    for key in sorted(k for k in claimed if sum((g["kpi"], g["subject"]) == k for g in rows) > 1):
        message = f"{chain.where}: the claim has the gate {key[0]} ({key[1]}) twice"
        yield Diagnostic("MLS0739", message, Span(file.path), help_text)
    for key in sorted(claimed.keys() | found.keys()):
        for what, said, is_now in _differences(claimed.get(key), found.get(key)):
            message = f"{chain.where}: {key[0]} ({key[1]}): the claim says {what} {said}, recomputed it is {is_now}"
            yield Diagnostic("MLS0739", message, Span(file.path), help_text)


def _differences(claimed: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, Any]]:
    from mlspec.metrics.catalog import MEASURED

    if claimed is None or found is None:
        yield ("gate", "nothing" if claimed is None else claimed["verdict"], "not asked for" if found is None else found["verdict"])
        return
    for key in ("metric", "verdict", "waiver", "warning"):
        if claimed.get(key) != found.get(key):
            yield (key, _said(claimed, key), _said(found, key))
    if found["metric"] in MEASURED and found["metric"] != "model_size":
        yield from _differing_measure(claimed, found)
        return
    for key in _NUMBERS:
        if not same_number(claimed.get(key), found.get(key)):
            yield (key, _said(claimed, key), _said(found, key))
    if not same_text(claimed["message"], found["message"]):
        yield ("message", repr(claimed["message"]), repr(found["message"]))


def _differing_measure(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """A duration differs from run to run. Its verdict may not, nor an absolute KPI's threshold and the words around the numbers."""
    if found.get("reference") is not None:
        return  # the threshold follows from what the other took this time
    for key in ("threshold", "rows"):
        if not same_number(claimed.get(key), found.get(key)):
            yield (key, _said(claimed, key), _said(found, key))
    if _words(claimed["message"]) != _words(found["message"]):
        yield ("message", repr(claimed["message"]), repr(found["message"]))


def _said(form: Mapping[str, Any], key: str) -> Any:
    return "nothing" if form.get(key) is None else form[key]


def _words(text: str) -> str:
    return _NUMBER.sub("0", text)


def same_number(one: float | None, other: float | None) -> bool:
    """Equal but for the last bits of a sum."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def same_text(one: str, other: str) -> bool:
    """Equal but for the last digit shown of each number."""
    if _words(one) != _words(other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(math.isclose(float(a.replace(",", "")), float(b.replace(",", "")), rel_tol=SHOWN, abs_tol=ABSOLUTE) for a, b in pairs)


def compare_metrics(where: str, entry: Entry, metrics: Sequence[MetricRow]) -> Iterator[Diagnostic]:
    """Each metric of a new record against the one measured again; none left out, none added.

    Those of Steps are compared where the Steps run again (`verify.steps`).
    """
    found = {row.metric: row.challenger.canonical() for row in metrics}
    recorded = {name: estimate.canonical() for name, estimate in entry.record.metrics.items() if not is_of_step(name)}
    for name in sorted(recorded.keys() | found.keys()):
        said, is_now = recorded.get(name, {}), found.get(name, {})
        wrong = next((k for k in ("value", "low", "high") if not same_number(said.get(k), is_now.get(k))), None)
        if wrong:
            message = f"{where}: the record says {name} {wrong} {_said(said, wrong)}, recomputed it is {_said(is_now, wrong)}"
            yield Diagnostic("MLS0739", message, Span(entry.path), "a record's numbers are never typed: run the command again that made it")
