"""What a refusal by GitHub's API means to the user, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlspec.adapters.github.api import Refused
from mlspec.adapters.github.remote import server_url
from mlspec.diagnostics import Problems, problem


@dataclass(frozen=True, slots=True)
class Action:
    """What was asked for: as a right (`open pull requests`), as a thing (`the pull request`), and the permissions it needs.

    `absent`: what else a 404 or 422 may mean. `by_hand`: how the sentence goes on that ends with a web address.
    """

    right: str
    thing: str
    permissions: str
    absent: str = ""
    by_hand: str = "see"


PULL_REQUEST = Action("open pull requests", "the pull request", "`contents: write` and `pull-requests: write`", by_hand="open it by hand:")


def refusal(refused: Refused, slug: str, by_hand: str, action: Action = PULL_REQUEST) -> Problems:
    """Return (for `raise`) the diagnostic of a refused request about `slug`; the fix ends with where to do it by hand."""
    code, message, fix = _meaning(refused, slug, action)
    said = f' (GitHub says: "{refused.message}")' if refused.message else ""
    return problem(code, f"{message}{said}", help=f"{fix}; then run the command again, or {action.by_hand} {by_hand}")


@contextmanager
def refusals(slug: str, page: str, action: Action) -> Iterator[None]:
    """Turn what GitHub refuses inside the block into diagnostics; `page` is where a person looks."""
    try:
        yield
    except Refused as refused:
        raise refusal(refused, slug, page, action) from None


def _meaning(refused: Refused, slug: str, action: Action) -> tuple[str, str, str]:
    """The code, the message and the fix."""
    if refused.rate_limited:
        return "MLS0985", f"GitHub's rate limit is reached; it asks to wait {round(refused.wait(0) or 0)} s", "wait that long"
    if refused.status == 403:
        return _forbidden(refused, slug, action)
    if refused.status >= 500:
        return "MLS0986", f"GitHub's API failed ({refused.status}), also when asked again", "look at https://www.githubstatus.com and wait"
    return _plain_meaning(refused, slug, action)


def _plain_meaning(refused: Refused, slug: str, action: Action) -> tuple[str, str, str]:
    also = f"; {action.absent}" if action.absent else ""
    unseen = f"check the remote's URL, and that the token has access to {slug} with {action.permissions}{also}"
    moved = f"see its new name at {server_url()}/{slug}, and `git remote set-url` to it"
    other = ("MLS0987", f"GitHub's API answered {refused.status}", "check GITHUB_API_URL, and any proxy between")
    return {
        401: ("MLS0981", "GitHub refused the token: it is wrong, expired or revoked", "set GH_TOKEN to a valid token"),
        404: ("MLS0983", f"GitHub shows no repository {slug} to this token", unseen),
        410: ("MLS0983", f"GitHub shows no repository {slug} to this token", unseen),
        422: ("MLS0984", f"GitHub did not take {action.thing} on {slug}", _invalid(refused, action)),
        **dict.fromkeys((301, 302, 307, 308), ("MLS0983", f"the repository {slug} was renamed or moved", moved)),
    }.get(refused.status, other)


def _forbidden(refused: Refused, slug: str, action: Action) -> tuple[str, str, str]:
    said = refused.message.lower()
    if "not permitted to create" in said:
        settings = f"{server_url()}/{slug}/settings/actions"
        fix = f"tick 'Allow GitHub Actions to create and approve pull requests' at {settings} (an organization may have to allow it first)"
        return "MLS0988", f"the settings of {slug} let no workflow open a pull request", fix
    message = f"the token may not {action.right} on {slug}"
    if "x-github-sso" in refused.headers or "saml" in said:
        return "MLS0982", message, "authorize the token for the organization's single sign-on (Settings, Developer settings)"
    return "MLS0982", message, f"give the token, or the workflow's `permissions:`, {action.permissions}"


def _invalid(refused: Refused, action: Action) -> str:
    said = refused.message.lower()
    if "no commits between" in said:
        return "the branch holds nothing that its base lacks: `git fetch`, and look whether it is merged already"
    if "base is" in said or "head is" in said:
        return "check that both branches are on GitHub, and `--base`"
    return action.absent or "change what GitHub names"
