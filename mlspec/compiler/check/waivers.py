"""Waivers name a gate that there is, and end soon. A waiver that has ended is a warning: it is of no effect, and can be removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.kpi_set import Kpi, KPISet
from mlspec.language.kinds.waiver import LEAKAGE_CHECKS, MAX_DAYS, Waiver


def waiver_problems(project: Project, today: date | None = None) -> list[Diagnostic]:
    """Return every problem of waivers. `today`: UTC's, when not given."""
    day = today or datetime.now(UTC).date()
    return [d for waiver in project.waivers.values() for d in _problems(project, waiver, day)]


def _problems(project: Project, waiver: Bound[Waiver], today: date) -> Iterator[Diagnostic]:
    declared = project.settings.envelope.spec.environments
    named = waiver.envelope.spec.environments or ()
    unknown = [(i, name) for i, name in enumerate(named) if name not in declared]
    for index, name in unknown:
        span = waiver.document.span(["spec", "environments", index])
        yield Diagnostic("MLS0407", f"the environment `{name}` is not declared", span, did_you_mean(name, declared))
    if waiver.envelope.spec.model in project.models and not unknown:
        yield from _gate(project, waiver)
    yield from _end(waiver, today)


def _gate(project: Project, waiver: Bound[Waiver]) -> Iterator[Diagnostic]:
    """The KPI stands in the KPISet of the model, somewhere that the waiver holds; the subject is one of its own."""
    spec = waiver.envelope.spec
    places: tuple[str | None, ...] = spec.environments or (None, *project.settings.envelope.spec.environments)
    sets = [kpis for place in places if (kpis := project.kpis_of(spec.model, place))]
    known = {kpi.text: kpi for kpis in sets for kpi in kpis.envelope.spec.kpis}
    leakage = [text for text, key in LEAKAGE_CHECKS.items() if any(_is_checked(kpis, key) for kpis in sets)]
    if spec.kpi not in known and spec.kpi not in leakage:
        message = f"model/{spec.model} has no KPI `{spec.kpi}` to waive"
        advice = did_you_mean(spec.kpi, [*known, *leakage]) or "give it a KPISet first"
        yield Diagnostic("MLS0445", message, waiver.document.span(["spec", "kpi"]), advice)
    elif spec.kpi in known and spec.subject is not None and not _fits(known[spec.kpi], spec.subject):
        message = f"`{spec.kpi}` judges no `{spec.subject}`"
        yield Diagnostic("MLS0446", message, waiver.document.span(["spec", "subject"]), _subject(known[spec.kpi]))


def _is_checked(kpis: Bound[KPISet], key: str) -> bool:
    return getattr(kpis.envelope.spec.leakage, key) is not None


def _fits(kpi: Kpi, subject: str) -> bool:
    if kpi.slice:
        return subject.startswith(f"{kpi.slice.by}=")
    return subject == (f"between {kpi.by}" if kpi.by else "validation" if kpi.rows else "overall")


def _subject(kpi: Kpi) -> str:
    if kpi.slice:
        return f"name one of its slices: `{kpi.slice.by}=<value>`"
    return f"write `{f'between {kpi.by}' if kpi.by else 'overall'}`, or leave it out"


def _end(waiver: Bound[Waiver], today: date) -> Iterator[Diagnostic]:
    until, span = date.fromisoformat(waiver.envelope.spec.until), waiver.document.span(["spec", "until"])
    latest = today + timedelta(days=MAX_DAYS)
    if until > latest:
        message = f"a waiver ends within {MAX_DAYS} days, and `{waiver.ref}` ends on {until}"
        yield Diagnostic("MLS0447", message, span, f"write {latest} or earlier; what is to stay is a change of the KPI")
    elif until <= today:
        message = f"`{waiver.ref}` ended on {until}: it is of no effect"
        yield Diagnostic("MLS0448", message, span, "remove it, or argue for more time in a pull request", severity="warning")
