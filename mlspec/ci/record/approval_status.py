"""The commit's status `mlspec/approvals`, which a branch's rules require. The newest counts: a review turns it without a new commit.

Several runs may be at it: one of each review. What GitHub says is read again right before the status is set, and after it. So the last
one that sets it has seen whatever there was, whichever began first, and none leaves an answer that a review has overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.token import token_environment
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import State, set_status
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.record import STATUS
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.promotion.approvals.facts import moved, read_event
from mlspec.promotion.verify.agreed import Agreement, ApprovalsRequest, check_agreement, is_out_of_date

CONTEXT = "mlspec/approvals"
"""Not the job's name: where a check and a status have one name, GitHub wants both to pass, and a check stays as its run left it."""
TRIES = 5
"""Reviews that come in while one is judged; more of them in a row is no answer."""


def set_approvals(repository: Repository, remote: str, commit: str, state: State, line: str) -> None:
    """Set the status of a commit. Raises MLS0980 to MLS0989; nothing is set where the remote is no GitHub."""
    slug = remote_slug(repository.require_remote(remote))
    if slug is not None:
        with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
            set_status(api, slug, commit, state, line, run_url(), CONTEXT)


def agreement_with_status(root: Path, request: ApprovalsRequest, warn: Callable[[Sequence[Diagnostic]], object]) -> Agreement:
    """Check the approvals, and set the status. Where there is no answer, the status says so: an earlier yes must not stand.

    Raises what `check_agreement` and `set_approvals` raise. The first problem is what matters: that the status can't be set either is told
    to `warn`.
    """
    commits = [commit for commit in (request.head or read_event().head,) if commit]
    try:
        return _settled(root, replace(request, tell=commits.append))
    except Problems as problems:
        try:
            if commits:
                set_approvals(open_repository(root), request.remote, commits[-1], "error", problems.diagnostics[0].message)
        except Problems as more:
            warn(more.diagnostics)
        raise


def _settled(root: Path, request: ApprovalsRequest) -> Agreement:
    """Judge, look again, set the status, look again; from the start where something came in between. Raises MLS0757 where it never ends."""
    repository = open_repository(root)
    for _ in range(TRIES):
        _bring_base(repository, request)
        found = check_agreement(root, request)
        if is_out_of_date(root, request, found):
            continue
        set_approvals(repository, request.remote, found.commit, "failure" if found.diagnostics else "success", found.line)
        if not is_out_of_date(root, request, found):
            return found
    raise moved(found.number or 0)


def _bring_base(repository: Repository, request: ApprovalsRequest) -> None:
    """Have the newest of the branch that the base names: a run that waited would judge by older policies, over the word of a newer one."""
    remote, _, branch = request.base.partition("/")
    if remote == request.remote and branch:
        repository.fetch(remote, branch, extra=token_environment(repository.require_remote(remote)))
