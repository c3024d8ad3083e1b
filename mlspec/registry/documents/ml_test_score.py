"""ml-test-score.md: the 28 tests of Breck et al., "The ML Test Score" (2017), with what the repository shows for each.

A test that runs by itself counts 1, one that was run by hand and written down 0.5; each of the four sections is summed, and the score is
the least of the four sums. Only what Git shows counts: a team that does more writes it down elsewhere, and scores more than this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mlspec.compiler.project.layout import FORGEJO_WORKFLOWS, WORKFLOWS
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.words import mapping, searched, sections
from mlspec.registry.records import GateEntry
from mlspec.reports.markdown import code, table

FILE = "ml-test-score.md"
INTRO = (
    "1 point: the test runs by itself, again and again. 0.5: it was run by hand, and the result is written down. The score is the least of "
    "the four sections' sums. Counted is what this repository shows; what is done elsewhere is not known here."
)


@dataclass(frozen=True, slots=True)
class Found:
    points: float
    evidence: str


Look = Callable[[Facts], Found | None]


@dataclass(frozen=True, slots=True)
class Test:
    text: str
    look: Look
    fix: str


def render(facts: Facts) -> str:
    """A table a section, and the score."""
    sums: dict[str, float] = {}
    parts: list[tuple[str, str]] = []
    for section, tests in SECTIONS.items():
        found = [(test, test.look(facts)) for test in tests]
        sums[section] = sum(f.points for _, f in found if f)
        rows = [
            (str(n), t.text, f"{f.points:g}" if f else "0", f.evidence if f else f"**missing**: {t.fix}")
            for n, (t, f) in enumerate(found, 1)
        ]
        parts.append((f"{section}: {sums[section]:g} of {len(tests)}", table(("", "test", "points", "evidence"), rows)))
    least = min(sums.values())
    parts.append(("Score", f"**{least:g}**: the least of {', '.join(f'{name} {value:g}' for name, value in sums.items())}."))
    return sections(f"ML Test Score: {code(facts.name)} {facts.version}", parts, INTRO)


def score(facts: Facts) -> float:
    """The least of the four sums."""
    return min(sum(f.points for t in tests if (f := t.look(facts))) for tests in SECTIONS.values())


def _nothing(_: Facts) -> Found | None:
    return None


def _gates(facts: Facts, wanted: Callable[[Kpi], bool]) -> Iterator[GateEntry]:
    """The gates of the claim that a KPI of that kind made, and that passed."""
    claim, kpis = facts.claim, facts.project.kpis_of(facts.name, facts.environment) if facts.project else None
    texts = {kpi.text for kpi in kpis.envelope.spec.kpis if wanted(kpi)} if kpis else set()
    yield from (g for g in (claim.gates if claim else None) or () if g.kpi in texts and g.verdict == "pass")


def _gated(wanted: Callable[[Kpi], bool], measured: Callable[[Facts], bool], where: str) -> Look:
    """1 for a gate that passed at the promotion, 0.5 for figures alone."""

    def look(facts: Facts) -> Found | None:
        found = list(_gates(facts, wanted))
        if found:
            return Found(1, f"gates that passed: {len(found)}, such as {code(found[0].kpi)}")
        return Found(0.5, f"measured, not judged: {where}") if measured(facts) else None

    return look


def _file(path: str, words: str, points: float = 1) -> Look:
    """A generated file that is there at the record's commit."""

    def look(facts: Facts) -> Found | None:
        found = next((place for place in (path, path.replace(WORKFLOWS, FORGEJO_WORKFLOWS)) if facts.digest_of(place)), None)
        return Found(points, f"`{found}` {words} (`{facts.digest_of(found)}`)") if found else None

    return look


def _schema(facts: Facts) -> Found | None:
    ok = [s for s in facts.sources if s.bound.envelope.spec.columns and s.validation is not None]
    return Found(1, f"types and rules of {code(ok[0].bound.ref)} are checked whenever it is read") if ok else None


def _meta(facts: Facts) -> Found | None:
    policies = facts.here.policies_of(facts.environment) if facts.environment else []
    found = [p.ref for p in policies if p.envelope.spec.forbid.pii]
    return Found(1, f"{code(found[0])} forbids personal data among the features") if found else None


def _privacy(facts: Facts) -> Found | None:
    marked = [name for source in facts.sources for name in facts.personal(source)]
    return Found(1, f"{len(marked)} columns are marked `pii`; no value of them stands in a report") if marked else None


def _feature_code(facts: Facts) -> Found | None:
    bound = facts.model
    own = [
        s
        for s in facts.sources
        if s.bound.envelope.spec.python or s.bound.envelope.spec.from_ or any(c.derive or c.filter for c in s.bound.envelope.spec.clean)
    ]
    if bound is None or own or facts.sets or bound.envelope.spec.trainer or not facts.sources:
        return None
    return Found(1, "no code of the project's own makes features: the steps are declared, and mlspec tests them")


def _reviewed(facts: Facts) -> Found | None:
    if facts.claim is None:
        return None
    policies = facts.here.policies_of(str(facts.environment))
    asks = [p.ref for p in policies if p.envelope.spec.require.approvals]
    if asks:
        return Found(1, f"specs are in Git at `{facts.entry.record.commit}`; {code(asks[0])} asks for approvals")
    return Found(0.5, f"specs are in Git at `{facts.entry.record.commit}`; no Policy asks for approvals")


def _validated(facts: Facts) -> Found | None:
    claim = facts.claim
    if claim is None or not claim.gates:
        return None
    return Found(1, f"{len(claim.gates)} gates, judged again by `mlspec verify` before the merge: claim of {claim.evaluated_at}")


def _rolled_back(facts: Facts) -> Found | None:
    found = [c for c in facts.everywhere if c.claim.type == "rollback"]
    return Found(1, f"`{found[-1].path}`: an earlier version was fetched, loaded and asked its golden rows") if found else None


def _invariants(facts: Facts) -> Found | None:
    ok = [s for s in facts.sources if (s.validation or {}).get("rules")]
    return (
        Found(0.5, f"rules of {code(ok[0].bound.ref)} for training rows; the inputs of serving are checked by the model's signature")
        if ok
        else None
    )


def _skew(facts: Facts) -> Found | None:
    if not facts.claims:
        return None
    return Found(0.5, "preprocessing is part of the served model, and its golden rows are asked before it serves")


def _has(*keys: str) -> Callable[[Facts], bool]:
    def found(facts: Facts) -> bool:
        part: object = facts.evaluation
        for key in keys:
            part = mapping(part).get(key)
        return bool(part)

    return found


def _tuned(facts: Facts) -> Found | None:
    """A search that runs as a stage, and whose result is in the version's commit."""
    found = searched(facts.report("best.json"))
    return Found(1.0, found) if found else None


def _reproducible(facts: Facts) -> Found | None:
    """Judged at each promotion; else made again once, as somebody says who committed the report."""
    judged = _gated(lambda k: k.metric == "reproducible", _has("measured", "reproducible"), "`evaluation.json`")(facts)
    told = json.loads(facts.reproduction).get("verdict") if facts.reproduction else None
    again = Found(0.5, "`mlspec reproduce` gave the same bytes at every stage, see `reproduction.json`")
    return judged or (again if told == "identical" else None)


SECTIONS: dict[str, tuple[Test, ...]] = {
    "Data": (
        Test("what is expected of features stands in a schema", _schema, "declare `columns` and ValidationRules, and run the pipeline"),
        Test("every feature is of use", _nothing, "the model's owner: measure the model without each feature"),
        Test("no feature costs too much", _nothing, "the owner: weigh latency and upkeep of each feature"),
        Test("features keep the rules of the house", _meta, "a Policy with `forbid: {pii: features}`"),
        Test("privacy is controlled along the pipeline", _privacy, "mark columns `pii: true`"),
        Test("a new feature is added quickly", _nothing, "the owner: write down how long it takes"),
        Test("the code that makes features is tested", _feature_code, "the owner: tests of the code and SQL of the sources"),
    ),
    "Model": (
        Test("every model spec is reviewed and checked in", _reviewed, "promote it: its specs are then on the main branch"),
        Test("offline metrics go with online ones", _nothing, "the owner: compare both after a deployment"),
        Test("hyperparameters were tuned", _tuned, "declare `tuning` on the model, or write down the search"),
        Test("it is known what an old model costs", _nothing, "the owner: evaluate older versions on new rows"),
        Test(
            "a simpler model is not better",
            _gated(lambda k: k.versus == "baseline", _has("baseline"), "the baseline in `evaluation.json`"),
            "a KPI with `versus: baseline`",
        ),
        Test(
            "quality holds in important slices",
            _gated(lambda k: k.slice is not None, _has("slices"), "slices in `evaluation.json`"),
            "a KPI with `slice`",
        ),
        Test(
            "the model was tested for inclusion",
            _gated(lambda k: k.by is not None, _has("fairness"), "groups in `evaluation.json`"),
            "a KPI with `by` and `maxDifference`",
        ),
    ),
    "Infrastructure": (
        Test(
            "training is reproducible",
            _reproducible,
            "the KPI `{metric: reproducible, equals: true}`, or the report of `mlspec reproduce` beside the record",
        ),
        Test("model specs are unit tested", _nothing, "the owner: tests of estimator and trainer on a few rows"),
        Test(
            "the whole pipeline is tested together",
            _file(f"{WORKFLOWS}/mlspec-ci.yml", "runs what is stale on every pull request"),
            "`mlspec apply` writes the workflow; commit it",
        ),
        Test("quality is validated before serving", _validated, "`mlspec promote` judges the gates"),
        Test("a single prediction can be followed step by step", _nothing, "the owner: write down how"),
        Test("models are canaried before serving", _nothing, "no canary runs in this version of mlspec"),
        Test("a model can be rolled back", _rolled_back, "rehearse it: `mlspec rollback … --dry-run`, or do one"),
    ),
    "Monitoring": (
        Test(
            "changes of dependencies are told",
            _file(".github/dependabot.yml", "asks for updates of libraries and actions"),
            "`mlspec apply` writes it; commit it",
        ),
        Test("data invariants hold in training and serving", _invariants, "ValidationRules of the source"),
        Test("training and serving compute the same", _skew, "promote it: golden rows are asked at each deployment"),
        Test(
            "models are not too stale",
            _file(f"{WORKFLOWS}/mlspec-retrain.yml", "trains stale models by schedule"),
            "`mlspec apply` writes the workflow; commit it",
        ),
        Test("the model is numerically stable", _nothing, "the owner: look for NaN and infinity in training and serving"),
        Test(
            "computing performance has not become worse",
            _gated(lambda k: k.metric == "latency_p99", _has("measured", "latency_p99"), "`evaluation.json`"),
            "a KPI such as `latency_p99 <= 20ms`",
        ),
        Test("prediction quality has not become worse on live data", _nothing, "the owner: join predictions with what came true"),
    ),
}
"""Four sections of seven tests, in the paper's order; the wording is ours."""
