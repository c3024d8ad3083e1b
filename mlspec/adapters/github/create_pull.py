"""Opens pull requests on GitHub: one per branch and base, however often it is asked."""

from __future__ import annotations

import re
from typing import Any

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.remote import compare_url, remote_slug, server_url
from mlspec.adapters.github.token import github_token
from mlspec.diagnostics import Problems, problem

__all__ = ["BODY_LIMIT", "TITLE_LIMIT", "compare_url", "fit_body", "github_token", "open_pull_request", "remote_slug", "server_url"]

BODY_LIMIT = 65_000  # GitHub takes 65,536 code points; the rest is for what a bot may add to the text
TITLE_LIMIT = 256
CUT = "\n\n**The text ends here: the whole is longer than GitHub takes.**\n"
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)


def open_pull_request(slug: str, *, head: str, base: str, title: str, body: str) -> str:
    """Open the pull request of branch `head` into `base` of `owner/name`, or bring the open one up to date; return its web address.

    The token is GH_TOKEN or GITHUB_TOKEN, the API GITHUB_API_URL. Raises MLS0980 to MLS0989, each with its fix; never names the token.
    """
    title, body = title[:TITLE_LIMIT], fit_body(body)
    by_hand = compare_url(slug, base, head)
    try:
        with GitHubApi.from_environment() as api:
            return web_address(_opened(api, slug, head, base, {"title": title, "body": body}))
    except Refused as refused:
        raise refusal(refused, slug, by_hand) from None


def _opened(api: GitHubApi, slug: str, head: str, base: str, text: dict[str, str]) -> dict[str, Any]:
    found = _standing(api, slug, head, base)
    if found is None:
        try:
            return _object(api.request("POST", f"/repos/{slug}/pulls", body=text | {"head": head, "base": base}))
        except Refused as refused:
            # Another run was faster, or an answer was lost on the way and the request was made twice.
            found = _standing(api, slug, head, base) if _exists(refused) else None
            if found is None:
                raise
    if _same(found, text):
        return found
    return _object(api.request("PATCH", f"/repos/{slug}/pulls/{_number(found)}", body=text))


def _exists(refused: Refused) -> bool:
    return refused.status == 422 and "pull request already exists" in refused.message.lower()


def _standing(api: GitHubApi, slug: str, head: str, base: str) -> dict[str, Any] | None:
    """The open pull request of the branch. GitHub ignores a filter that it does not understand, so what it lists is checked again."""
    query = {"head": f"{slug.split('/', maxsplit=1)[0]}:{head}", "base": base, "state": "open"}
    listed = api.request("GET", f"/repos/{slug}/pulls", query=query)
    if not isinstance(listed, list):
        raise unexpected("a list of pull requests was asked for")
    found = [pull for pull in listed if isinstance(pull, dict) and is_of(pull, slug, head, base)]
    return min(found, key=_number, default=None)


def is_of(pull: dict[str, Any], slug: str, head: str, base: str) -> bool:
    """Whether head and base are these branches of this repository (a fork may have a branch of the same name)."""
    ends = [pull.get(end) or {} for end in ("head", "base")]
    repositories = [str((end.get("repo") or {}).get("full_name")).lower() for end in ends]
    return repositories == [slug.lower()] * 2 and [end.get("ref") for end in ends] == [head, base]


def _same(pull: dict[str, Any], text: dict[str, str]) -> bool:
    return all(_plain(pull.get(key) or "") == _plain(value) for key, value in text.items())


def _plain(text: str) -> str:
    """The web form sends CRLF, and blank ends say nothing."""
    return text.replace("\r\n", "\n").strip()


def _number(pull: dict[str, Any]) -> int:
    number = pull.get("number")
    if not isinstance(number, int):
        raise unexpected("a pull request without a number")
    return number


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise unexpected("a pull request was asked for")
    return answer


def web_address(pull: dict[str, Any]) -> str:
    """The address of a pull request's page. Raises MLS0987 where the answer has none."""
    url = pull.get("html_url")
    if not isinstance(url, str) or not re.fullmatch(r"https?://[!-~]+", url):
        raise unexpected("a pull request without a web address")
    return url


def unexpected(what: str) -> Problems:
    """An answer that GitHub's API description does not allow."""
    return problem("MLS0987", f"GitHub's API gave an answer that can't be used: {what}", help="check GITHUB_API_URL, and any proxy between")


def fit_body(body: str, limit: int = BODY_LIMIT) -> str:
    """Return the body, cut at a line's end where it is longer than GitHub takes (a code block that was open is closed)."""
    if len(body) <= limit:
        return body
    room = limit - len(CUT) - 10
    kept = body[:room]
    kept = kept[: kept.rfind("\n")] if "\n" in kept[room // 2 :] else kept
    return kept + _closing(kept) + CUT


def _closing(text: str) -> str:
    """The fence that closes the code block left open, or nothing."""
    fence = ""
    for mark in _FENCE.findall(text):
        if not fence:
            fence = mark
        elif mark[0] == fence[0] and len(mark) >= len(fence):
            fence = ""
    return f"\n{fence}" if fence else ""
