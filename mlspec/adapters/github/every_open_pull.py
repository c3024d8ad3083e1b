"""All open pull requests of a repository, with the commits at their heads."""

from __future__ import annotations

from itertools import count

from mlspec.adapters.github.api import GitHubApi
from mlspec.diagnostics import problem

_PAGE = 100


def every_open_head(api: GitHubApi, slug: str) -> dict[int, str]:
    """{number: commit at its head} of all open pull requests into `owner/name`. Raises `Refused`, MLS0986, MLS0987."""
    found: dict[int, str] = {}
    for page in count(1):
        query = {"state": "open", "per_page": str(_PAGE), "page": str(page)}
        listed = api.request("GET", f"/repos/{slug}/pulls", query=query)
        try:
            new = {int(item["number"]): str(item["head"]["sha"]) for item in listed}
        except (KeyError, TypeError, ValueError):
            raise problem(
                "MLS0987", "GitHub's list of pull requests has another form", help="try again; is GITHUB_API_URL right?"
            ) from None
        if len(new) < _PAGE or new.keys() <= found.keys():
            return found | new
        found |= new
    return found
