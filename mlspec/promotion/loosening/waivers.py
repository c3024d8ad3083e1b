"""Waivers that were added, or that let more pass, or for longer. The owner of the KPI is asked, not the owner of the waiver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Span
from mlspec.language.kinds.waiver import Waiver
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides


def looser_waivers(sides: Sides) -> Iterator[Loosened]:
    """What waivers let pass after the change, and did not before; whatever their names are."""
    old = [w for w in sides.before.waivers.values() if _stands(w, sides.today)]
    for _, waiver in sorted(sides.after.waivers.items()):
        if not _stands(waiver, sides.today) or any(_covers(one, waiver) for one in old):
            continue
        known = sides.before.waivers.get(waiver.name)
        what = "a waiver is added" if known is None else "a waiver lets more pass, or for longer"
        model = waiver.envelope.spec.model
        owner = sides.owner(sides.before.kpis_of(model), sides.before.models.get(model))
        yield Loosened(waiver.ref, what, _text(known) if known else None, _text(waiver), owner, _place(waiver))


def _stands(waiver: Bound[Waiver], today: date | None) -> bool:
    return today is None or today < date.fromisoformat(waiver.envelope.spec.until)


def _covers(old: Bound[Waiver], new: Bound[Waiver]) -> bool:
    """Whether what the new one waives was waived by the old one already."""
    one, other = old.envelope.spec, new.envelope.spec
    same = one.model == other.model and one.kpi == other.kpi and one.subject in (None, other.subject)
    where = one.environments is None or (other.environments is not None and {*other.environments} <= {*one.environments})
    return same and where and date.fromisoformat(other.until) <= date.fromisoformat(one.until)


def _text(waiver: Bound[Waiver]) -> str:
    spec = waiver.envelope.spec
    subject = f" ({spec.subject})" if spec.subject else ""
    where = f" in {', '.join(spec.environments)}" if spec.environments else ""
    return f"{spec.kpi}{subject} of model/{spec.model}{where} until {spec.until}: {' '.join(spec.reason.split())}"


def _place(waiver: Bound[Waiver]) -> Span:
    return waiver.document.span(["metadata", "name"])
