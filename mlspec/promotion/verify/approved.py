"""At deployment: was the pull request that brought a claim approved, by the policies that held then, and of just what was merged?

What protects a branch can be passed by, and a status be set by whoever may push. So who deploys asks GitHub again, by the merged digests.
"""

from __future__ import annotations

from functools import cache

from mlspec.adapters.git.history import added_by
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.reviews import PullRequest, pulls_with
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.approvals.ask import Ask, People, asks_of_policies, judge
from mlspec.promotion.approvals.connection import Forge, connected
from mlspec.promotion.approvals.facts import Facts, read_facts
from mlspec.promotion.approvals.hands import hands, updates_among
from mlspec.promotion.approvals.standing import Standing, standing
from mlspec.promotion.verify.deployed import working_files
from mlspec.registry.at_commit import AtCommit, compile_at
from mlspec.registry.chain import Chain, find_chain
from mlspec.registry.claims import ClaimFile

REMOTE = "origin"
_AGAIN = "promote again, by a pull request that is merged by a merge commit or a squash: GitHub may not know what a rebase brought"


def may_need_approval(workspace: Workspace, deployment: Bound[Deployment]) -> bool:
    """Whether a policy may have asked for approvals: one asks now, or the claim was made under policies. Asks neither Git nor GitHub."""
    return _in_question(workspace, deployment) is not None


def _in_question(workspace: Workspace, deployment: Bound[Deployment]) -> tuple[Chain, ClaimFile] | None:
    """What is deployed, where it may have needed approvals."""
    if deployment.envelope.spec.version is None:
        return None
    chain = find_chain(working_files(workspace.root, deployment), deployment)
    if chain.claim is None:
        return None
    asked = bool(asks_of_policies(workspace.project, deployment)) or chain.claim.claim.policy not in (None, "none")
    return (chain, chain.claim) if asked else None


def check_approved(workspace: Workspace, deployment: Bound[Deployment]) -> list[Diagnostic]:
    """Return every reason why the deployed version was not approved; empty where no policy asked for approvals, or no version is there.

    Asks GitHub only where a policy asks. No answer is a reason: MLS0756 without GitHub or a token, MLS0980 to MLS0989 for its refusals.
    """
    try:
        found = _in_question(workspace, deployment)
        return _check(workspace.repository, *found) if found else []
    except Problems as problems:
        return list(problems.diagnostics)


def _check(repository: Repository, chain: Chain, claim: ClaimFile) -> list[Diagnostic]:
    repository.require_full()
    merged = _merged_as(repository, chain, claim)
    before = _before(repository, merged)
    asks = asks_of_policies(before.project, chain.deployment)
    if not asks:
        return []
    with connected(repository, REMOTE, asks[0].what) as forge:
        return _judged(forge, chain, before, merged, asks)


def _judged(forge: Forge, chain: Chain, before: AtCommit, merged: str, asks: list[Ask]) -> list[Diagnostic]:
    branch = before.project.settings.envelope.spec.ci.branch
    facts = read_facts(forge.api, forge.slug, _pull(forge, chain, merged, branch).number)
    found = _stand(forge, facts, before.commit, merged, chain)
    people = People(before.project.settings.envelope.spec.teams, forge.member)
    return list(judge(facts.pull.number, asks, found, people))


def _merged_as(repository: Repository, chain: Chain, claim: ClaimFile) -> str:
    """The commit of the main branch that added the claim, with these very bytes. Raises MLS0758, MLS0759."""
    merged = added_by(repository, claim.path)
    if merged is None or not repository.parents(merged):
        message = f"{chain.where}: {claim.path} is in no commit: nobody can have approved it"
        raise problem("MLS0758", message, help="commit and merge it by a pull request, as `mlspec promote` does", span=chain.span("claim"))
    if repository.show(merged, claim.path) != claim.content:
        message = f"{chain.where}: {claim.path} is not what was merged in {merged[:12]}"
        raise problem("MLS0759", message, help=f"`git checkout {merged[:12]} -- {claim.path}`", span=chain.span("claim"))
    return merged


@cache
def _before(repository: Repository, merged: str) -> AtCommit:
    """The main branch as the pull request found it."""
    return compile_at(repository, repository.parents(merged)[0])


def _pull(forge: Forge, chain: Chain, merged: str, branch: str) -> PullRequest:
    """The merged pull request that brought a commit. Raises MLS0758 where there is none."""
    found = [p for p in pulls_with(forge.api, forge.slug, merged) if p.merged_at is not None and p.base == branch]
    exact = [p for p in found if p.merge_commit == merged]
    if not found:
        message = f"{chain.where}: the claim came with {merged[:12]}, which no pull request into `{branch}` brought: nobody approved it"
        raise problem("MLS0758", message, help=_AGAIN, span=chain.span("claim"))
    return min(exact or found, key=lambda p: p.number)


def _stand(forge: Forge, facts: Facts, base: str, merged: str, chain: Chain) -> Standing:
    """The approvals of what the merge brought: every file that it changed was looked at as it is there."""
    repository, number = forge.repository, facts.pull.number
    forge.bring(facts.pull.head, number)
    changed = repository.changed_between(base, merged)
    brought = repository.entries(merged, sorted(changed))

    def bound(reviewed: str) -> bool | None:
        return repository.entries(reviewed, sorted(changed)) == brought if forge.bring(reviewed, number) else None

    new = chain.entry is not None and changed.get(chain.entry.path) == "A"
    made_by = [chain.entry.record.created_by] if chain.entry is not None and new else []
    return standing(facts, hands(facts, updates_among(repository, base, facts.commits), made_by), forge.access, bound)
