"""`mlspec promote`: judge a version, and propose it as a branch with a record, a claim and one edited environment file.

Read from the top: `promote` is the story. Nothing is written before the gates passed; the working tree is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.candidate import from_record
from mlspec.gates.champion import deployed
from mlspec.gates.evidence import Judgement, judge_candidate
from mlspec.gates.tables import failing, placed, verdict_line
from mlspec.gates.uses import check_uses, uses_of, uses_told
from mlspec.gates.waivers import with_waivers
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion import place
from mlspec.promotion.artifacts import push_artifacts
from mlspec.promotion.body import Story, promotion_body
from mlspec.promotion.changes import changes_since, loosened_since
from mlspec.promotion.choose import choose_version
from mlspec.promotion.drafts import Draft, draft_promotion
from mlspec.promotion.ground import Case, Ground, stand_on
from mlspec.promotion.policy import require_policies
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published, publish
from mlspec.promotion.proposals.standing import Terms
from mlspec.promotion.sign import Signatory, signatory, trust_where_asked
from mlspec.registry.claims import find_claim
from mlspec.registry.digests import object_digest
from mlspec.registry.entries import Bump
from mlspec.registry.signing.chain import check_signed
from mlspec.registry.trained_with import graph_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PromoteRequest:
    """What the user asked for. `deployment`, `version`, `base` None: found by the rules in docs/guides/promotion.md."""

    model: str
    environment: str
    deployment: str | None = None
    version: str | None = None
    bump: Bump = "minor"
    remote: str = "origin"
    base: str | None = None
    dry_run: bool = False
    leave: bool = False
    """Store the artifacts and leave the rest to `mlspec ci propose`: the Git remote is not asked, since model code runs with no token."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """The outcome. `published` is None where nothing was to be pushed; `proposal` too when the version is deployed already."""

    deployment: str
    version: str
    judgement: Judgement | None = None
    proposal: Proposal | None = None
    published: Published | None = None

    def __repr__(self) -> str:
        done = "it is there already" if self.proposal is None else self.published.where if self.published else "not pushed"
        return f"<Promoted {self.version} to {self.deployment}: {done}>"


def promote(
    workspace: Workspace, request: PromoteRequest, show: Callable[[Judgement], object], say: Say, now: datetime | None = None
) -> Promoted:
    """Promote a model version. `show` gets the judgement as soon as there is one, also one that refuses.

    Raises `Problems`: MLS095x (Git), MLS070x (what may be promoted where), MLS0706 when the gates did not pass.
    """
    moment, project = now or datetime.now(UTC), workspace.project
    # what was typed is looked at before what Git has: a wrong name is told without a remote
    model = place.model_name(project, request.model)
    place.check_version(request.version)
    deployment = place.choose_deployment(project, model, request.environment, request.deployment)
    ground = stand_on(workspace, request.remote, request.base, offline=request.dry_run or request.leave)
    if request.leave:
        ground.repository.identity()
    place.check_hold(deployment, moment.date())
    kpis = require_policies(project, model, request.environment)
    choice = choose_version(ground, deployment, request.version, request.bump)
    champion = deployed(ground.files, deployment)
    case = Case(ground, deployment, kpis, choice, champion, moment)
    pen = signer_for(ground, request.environment, needed=not (request.dry_run or request.leave))
    if _is_deployed(case, pen):
        return Promoted(deployment.ref, choice.version)
    say(f"judging model/{model} {choice.version} against {champion.record.version if champion else 'its baseline'} …")
    judgement = _judge(case)
    show(judgement)
    uses = _uses(case)
    say(uses)
    require_pass(judgement)
    draft = draft_promotion(case, judgement)
    body = _body(case, draft, judgement, uses)
    proposal = draft.proposal(ground.branch, ground.commit, body)
    if request.dry_run:
        return Promoted(deployment.ref, choice.version, judgement, proposal)
    push_artifacts(workspace, choice.candidate, say)
    if request.leave:
        return Promoted(deployment.ref, choice.version, judgement, proposal)
    proposal, published = publish_signed(ground, pen, draft, body, moment)
    return Promoted(deployment.ref, choice.version, judgement, proposal, published)


def publish_signed(ground: Ground, pen: Signatory, draft: Draft, body: str, moment: datetime) -> tuple[Proposal, Published]:
    """Sign a promotion or rollback, and propose it."""
    signed = pen.sign(draft, ground.files)
    proposal = signed.proposal(ground.branch, ground.commit, body)
    terms = Terms(ground.workspace.graph.results, moment, pen.still_holds(ground.repository, signed))
    return proposal, publish(ground.upstream(), proposal, terms)


def signer_for(ground: Ground, environment: str, *, needed: bool) -> Signatory:
    """Who signs; asked before anything is judged, so that a missing key costs no time. Not `needed`: nothing is signed here."""
    if not needed:
        return Signatory(ground.workspace.root, trust_where_asked(ground.repository, ground.project, ground.commit, environment), None)
    return signatory(ground.repository, ground.project, ground.commit, environment)


def _is_deployed(case: Case, pen: Signatory) -> bool:
    """The same bytes under the same runtime configuration need no second approval, where what is asked for is signed."""
    champion, deployment, files = case.champion, case.deployment, case.ground.files
    if champion is None or champion.record.digest != case.choice.candidate.digest:
        return False
    claim = find_claim(files, case.environment, deployment.name, str(deployment.envelope.spec.claim))
    if claim is None or claim.claim.target != object_digest(case.ground.project.target_of(deployment)):
        return False
    return not check_signed(files, champion, claim, case.environment, pen.trust).diagnostics


def _judge(case: Case) -> Judgement:
    """Judge the choice. The checkout is what the base branch has (`require_same`), so its waivers are the base branch's."""
    workspace, entry = case.ground.workspace, case.choice.entry
    holder = from_record(case.champion.record) if case.champion else None
    graph = graph_of(workspace.repository, workspace.project, workspace.graph, entry.record) if entry else workspace.graph
    judgement = judge_candidate(workspace.root, graph, case.kpis, case.choice.candidate, holder)
    return with_waivers(judgement, workspace.project, case.environment, case.moment.date())


def _uses(case: Case) -> str:
    """What is told of the test set's uses. Raises MLS0760 when they are too many."""
    candidate = case.choice.candidate
    holdout = uses_of(case.ground.repository, case.ground.commit, [candidate])[candidate.model]
    found = list(check_uses(holdout, case.kpis, case.deployment.ref))
    if found:
        raise Problems(found)
    return uses_told(holdout, case.kpis)


def require_pass(judgement: Judgement) -> None:
    """Raises MLS0706 with a line a gate that stands in the way."""
    if judgement.passed:
        return
    lines = "".join(f"\n  {g.verdict}: {g.kpi} ({g.subject}): {placed(g)}" for g in failing(judgement))
    message = f"the gates of model/{judgement.candidate.model} did not pass ({verdict_line(judgement)}){lines}"
    raise Problems(Diagnostic("MLS0706", message, None, "improve the model, or argue for another KPI in a pull request of its own"))


def _body(case: Case, draft: Draft, judgement: Judgement, uses: str) -> str:
    ground = case.ground
    changes = changes_since(ground.repository, ground.project, case.champion, draft.record)
    looser = loosened_since(ground.repository, ground.project, case.champion, case.moment.date())
    policies = ground.project.policies_of(case.environment)
    return promotion_body(Story(draft, judgement, case.champion, changes, ground.branch, looser, uses, policies))
