"""`mlspec promote`: judge a version, and propose it as a branch with a record, a claim and one edited environment file.

Read from the top: `promote` is the story. Nothing is written before the gates passed; the working tree is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.environments import check_environment
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.candidate import from_record
from mlspec.gates.champion import deployed
from mlspec.gates.evidence import Judgement, judge_candidate, require_kpis
from mlspec.gates.tables import failing, placed, verdict_line
from mlspec.gates.uses import check_uses, uses_of, uses_told
from mlspec.gates.waivers import with_waivers
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.promotion import place, preflight
from mlspec.promotion.body import Story, promotion_body
from mlspec.promotion.changes import changes_since, loosened_since
from mlspec.promotion.choose import Choice, choose_version
from mlspec.promotion.drafts import Draft, draft_promotion
from mlspec.promotion.policy import require_policies
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published, publish
from mlspec.promotion.proposals.standing import Terms
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.promotion.sign import Signatory, signatory, trust_where_asked
from mlspec.registry.at_commit import read_files
from mlspec.registry.claims import find_claim
from mlspec.registry.digests import object_digest
from mlspec.registry.entries import Bump, Entry
from mlspec.registry.record_files import Files
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What a promotion stands on: the repository, the base branch and its newest commit, and the records there."""

    repository: Repository
    project: Project
    graph: Graph
    branch: str
    commit: str
    files: Files

    def upstream(self, remote: str) -> Upstream:
        """Where its proposals go, with the user's own access."""
        repository = self.repository
        return Upstream(repository.root, repository, remote, repository.require_remote(remote), self.branch, self.commit)


def promote(
    root: Path,
    project: Project,
    graph: Graph,
    request: PromoteRequest,
    show: Callable[[Judgement], object],
    say: Say,
    now: datetime | None = None,
) -> Promoted:
    """Promote a model version. `show` gets the judgement as soon as there is one, also one that refuses.

    Raises `Problems`: MLS095x (Git), MLS070x (what may be promoted where), MLS0706 when the gates did not pass.
    """
    moment = now or datetime.now(UTC)
    # what was typed is looked at before what Git has: a wrong name is told without a remote
    model = place.model_name(project, request.model)
    place.check_version(request.version)
    deployment = place.choose_deployment(project, model, check_environment(project, request.environment), request.deployment)
    ground = stand_on(root, project, graph, request.remote, request.base, offline=request.dry_run or request.leave)
    if request.leave:
        ground.repository.identity()
    place.check_hold(deployment, moment.date())
    require_policies(project, model, request.environment)
    choice = choose_version(root, project, graph, ground.files, deployment, request.version, request.bump)
    champion = deployed(ground.files, deployment)
    pen = signer_for(root, ground, request.environment, needed=not (request.dry_run or request.leave))
    if _is_deployed(ground, deployment, choice, champion, pen):
        return Promoted(deployment.ref, choice.version)
    say(f"judging model/{model} {choice.version} against {champion.record.version if champion else 'its baseline'} …")
    judgement = _judge(root, ground, choice, champion, request.environment, moment)
    show(judgement)
    uses = _uses(ground, choice, require_kpis(project, model, request.environment), deployment.ref)
    say(uses)
    require_pass(judgement)
    draft = draft_promotion(ground.repository, project, ground.files, deployment, choice, judgement, ground.commit, moment)
    body = _body(ground, draft, judgement, champion, moment, uses)
    proposal = draft.proposal(ground.branch, ground.commit, body)
    if request.dry_run:
        return Promoted(deployment.ref, choice.version, judgement, proposal)
    _push_artifacts(root, choice, say)
    if request.leave:
        return Promoted(deployment.ref, choice.version, judgement, proposal)
    proposal, published = publish_signed(ground, request.remote, pen, draft, body, moment)
    return Promoted(deployment.ref, choice.version, judgement, proposal, published)


def publish_signed(ground: Ground, remote: str, pen: Signatory, draft: Draft, body: str, moment: datetime) -> tuple[Proposal, Published]:
    """Sign a promotion or rollback, and propose it."""
    signed = pen.sign(draft, ground.files)
    proposal = signed.proposal(ground.branch, ground.commit, body)
    terms = Terms(ground.graph.results, moment, pen.still_holds(ground.repository, signed))
    return proposal, publish(ground.upstream(remote), proposal, terms)


def stand_on(root: Path, project: Project, graph: Graph, remote: str, base: str | None, *, offline: bool) -> Ground:
    """Check Git and find the base. Raises MLS095x, and MLS0709 when the checkout is not what the base branch has."""
    repository = preflight.open_for_promotion(root, project)
    if not offline:
        repository.identity()
        repository.require_remote(remote)
    branch = preflight.base_branch(repository, remote, project, base)
    commit = preflight.base_commit(repository, remote, branch, offline=offline)
    preflight.require_same(repository, project, commit, branch)
    return Ground(repository, project, graph, branch, commit, read_files(repository, commit))


def signer_for(root: Path, ground: Ground, environment: str, *, needed: bool) -> Signatory:
    """Who signs; asked before anything is judged, so that a missing key costs no time. Not `needed`: nothing is signed here."""
    if not needed:
        return Signatory(root, trust_where_asked(ground.repository, ground.project, ground.commit, environment), None)
    return signatory(root, ground.repository, ground.project, ground.commit, environment)


def _is_deployed(ground: Ground, deployment: Bound[Deployment], choice: Choice, champion: Entry | None, pen: Signatory) -> bool:
    """The same bytes under the same runtime configuration need no second approval, where what is asked for is signed."""
    if champion is None or champion.record.digest != choice.candidate.digest:
        return False
    meta, spec = deployment.envelope.metadata, deployment.envelope.spec
    claim = find_claim(ground.files, meta.environment, deployment.name, str(spec.claim))
    if claim is None or claim.claim.target != object_digest(ground.project.target_of(deployment)):
        return False
    return not check_signed(ground.files, champion, claim, meta.environment, pen.trust).diagnostics


def _judge(root: Path, ground: Ground, choice: Choice, champion: Entry | None, environment: str, moment: datetime) -> Judgement:
    """Judge the choice. The checkout is what the base branch has (`require_same`), so its waivers are the base branch's."""
    kpis = require_kpis(ground.project, choice.candidate.model, environment)
    holder = from_record(champion.record) if champion else None
    graph = graph_of(ground.repository, ground.project, ground.graph, choice.entry.record) if choice.entry else ground.graph
    judgement = judge_candidate(root, graph, kpis, choice.candidate, holder)
    return with_waivers(judgement, ground.project, environment, moment.date())


def _uses(ground: Ground, choice: Choice, kpis: Bound[KPISet], where: str) -> str:
    """What is told of the test set's uses. Raises MLS0760 when they are too many."""
    holdout = uses_of(ground.repository, ground.commit, [choice.candidate])[choice.candidate.model]
    found = list(check_uses(holdout, kpis, where))
    if found:
        raise Problems(found)
    return uses_told(holdout, kpis)


def require_pass(judgement: Judgement) -> None:
    """Raises MLS0706 with a line a gate that stands in the way."""
    if judgement.passed:
        return
    lines = "".join(f"\n  {g.verdict}: {g.kpi} ({g.subject}): {placed(g)}" for g in failing(judgement))
    message = f"the gates of model/{judgement.candidate.model} did not pass ({verdict_line(judgement)}){lines}"
    raise Problems(Diagnostic("MLS0706", message, None, "improve the model, or argue for another KPI in a pull request of its own"))


def _body(ground: Ground, draft: Draft, judgement: Judgement, champion: Entry | None, moment: datetime, uses: str) -> str:
    changes = changes_since(ground.repository, ground.project, champion, draft.record)
    looser = loosened_since(ground.repository, ground.project, champion, moment.date())
    policies = ground.project.policies_of(draft.claim.subject.environment)
    return promotion_body(Story(draft, judgement, champion, changes, ground.branch, looser, uses, policies))


def _push_artifacts(root: Path, choice: Choice, say: Say) -> None:
    """The bytes go before the words: a merged claim must find its model on the remote."""
    count = dvc_store.push(root, choice.candidate.md5s)
    say(f"pushed {count} artifacts to the DVC remote" if count else "the DVC remote has all artifacts")
