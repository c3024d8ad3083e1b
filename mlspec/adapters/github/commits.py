"""Makes commits through GitHub's Git data API, so that GitHub signs them. No branch is moved here.

GitHub signs what a bot commits "if the request is verified and authenticated as the GitHub App or bot and contains no custom author
information, custom committer information, and no custom signature information, such as Commits API":
https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
So neither author nor committer is named. The author is then the bot, the committer `GitHub <noreply@github.com>`.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.read import as_row
from mlspec.adapters.github.remote import remote_slug
from mlspec.adapters.github.token import api_base, github_token

MOST_ENTRIES, MOST_BYTES = 300, 1 << 20
"""Of one request for a tree. A large proposal is several trees, each on top of the one before: GitHub ends a request after ten seconds
(https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts)."""
LINK, MODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that a commit changes. `content` None: it is gone; of a module, the commit that it names."""

    path: str
    mode: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Made:
    """A commit as GitHub made it. `payload`: the object without its signature; both are empty where GitHub did not sign."""

    commit: str
    payload: str = ""
    signature: str = ""


def signing_slug(url: str) -> str | None:
    """`owner/name` of the remote `url` where GitHub signs what we have it commit; None elsewhere.

    That is in a job of GitHub Actions with its token. Runners of Forgejo and Gitea call themselves GitHub Actions too, and their API
    (`/api/v1`) makes no commits.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true" or github_token() is None or api_base().endswith("/api/v1"):
        return None
    return None if {"FORGEJO_ACTIONS", "GITEA_ACTIONS"} & os.environ.keys() else remote_slug(url)


def make_tree(api: GitHubApi, slug: str, base: str, entries: Sequence[Entry]) -> str:
    """Make the tree of `base` (a tree) with entries put in; return its id. Raises `Refused`, MLS0986, MLS0987."""
    tree = base
    for part in _parts(entries):
        body = {"base_tree": tree, "tree": [_form(api, slug, entry) for entry in part]}
        tree = as_row(api.request("POST", f"/repos/{slug}/git/trees", body=body), "a tree").commit("sha")
    return tree


def make_commit(api: GitHubApi, slug: str, tree: str, parents: Sequence[str], message: str) -> Made:
    """Make a commit that no branch has. Made twice, since an answer was lost, one of the two is never seen. Raises as `make_tree`."""
    body = {"message": message, "tree": tree, "parents": list(parents)}
    row = as_row(api.request("POST", f"/repos/{slug}/git/commits", body=body), "a commit")
    found = row.maybe_row("verification")
    if found is None or found.form.get("verified") is not True:
        return Made(row.commit("sha"))
    return Made(row.commit("sha"), found.text("payload"), found.text("signature"))


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    part, size = list[Entry](), 0
    for entry in entries:
        length = len(entry.content or b"")
        if part and (len(part) == MOST_ENTRIES or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    if part:
        yield part


def _form(api: GitHubApi, slug: str, entry: Entry) -> dict[str, Any]:
    """An entry as GitHub takes it: text as it is, so that a thousand files are no thousand requests; other bytes as a blob of their own."""
    form: dict[str, Any] = {"path": entry.path, "mode": entry.mode, "type": "commit" if entry.mode == MODULE else "blob"}
    if entry.content is None:
        return form | {"sha": None}
    if entry.mode == MODULE:
        return form | {"sha": entry.content.decode()}
    text = _text(entry.content)
    return form | ({"sha": _blob(api, slug, entry.content)} if text is None else {"content": text})


def _text(content: bytes) -> str | None:
    """The text of plain UTF-8; None for bytes that JSON might not bring over as they are. An empty text might count as none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text and not any(c < " " and c not in "\n\r\t" for c in text) else None


def _blob(api: GitHubApi, slug: str, content: bytes) -> str:
    body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
    return as_row(api.request("POST", f"/repos/{slug}/git/blobs", body=body), "a blob").commit("sha")
