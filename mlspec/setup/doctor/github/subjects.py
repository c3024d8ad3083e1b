"""The subject (`sub`) that each environment's jobs have in their identity tokens: what a cloud must trust, to the letter.

docs.github.com/actions/reference/security/oidc, "Immutable subject claims": a repository that was made, renamed or transferred since
2026-07-15 has `repo:OWNER@OWNER-ID/NAME@ID:…`, an older one `repo:OWNER/NAME:…` unless somebody opted in. GitHub's answer names the prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from mlspec.adapters.github.settings import Settings, Unreadable
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Verdict, bad, ok, skip
from mlspec.setup.doctor.github.server import is_enterprise_server, issuer
from mlspec.setup.doctor.github.used import signing_in

Check = tuple[str, Callable[[], Verdict]]
DEFAULT = ("repo", "context")
_PREFIX = re.compile(r"repo:[^:\s]+")
SEE = "the cloud's own log names the subject that it refused"


@dataclass(frozen=True)
class Subjects:
    """How GitHub writes this repository's subjects. No slots: each is read once."""

    settings: Settings

    @cached_property
    def repository(self) -> dict[str, Any]:
        return self.settings.repository()[0]

    @cached_property
    def template(self) -> dict[str, Any] | Unreadable:
        try:
            return self.settings.subject()
        except Unreadable as unreadable:
            return unreadable

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The claims that stand in it. Raises `Unreadable` where the organization's template counts, and can't be read."""
        if isinstance(self.template, Unreadable) or self.template.get("use_default") is not False:
            return DEFAULT
        own = self.template.get("include_claim_keys")
        if isinstance(own, list) and own:
            return tuple(map(str, own))
        person = (self.repository.get("owner") or {}).get("type") == "User"
        return (() if person else tuple(self.settings.owner_subject())) or DEFAULT

    @cached_property
    def plain(self) -> str:
        """By names only: the form until July 2026."""
        return f"repo:{self.repository.get('full_name') or self.settings.slug}"

    @cached_property
    def lasting(self) -> str | None:
        """By names with the numbers that are never used again; None where GitHub tells no numbers."""
        owner, number = self.repository.get("owner") or {}, self.repository.get("id")
        if not isinstance(owner.get("id"), int) or not isinstance(number, int):
            return None
        name, _, short = str(self.repository.get("full_name") or self.settings.slug).partition("/")
        return f"repo:{name}@{owner['id']}/{short}@{number}"

    @cached_property
    def prefixes(self) -> list[str]:
        """The one that counts; two where GitHub's answers leave both open: then a cloud that trusts both is safe, since both name this one.

        `sub_claim_prefix` is what GitHub puts in. People have seen it beside a `use_immutable_subject` that says otherwise.
        """
        template: dict[str, Any] = {} if isinstance(self.template, Unreadable) else self.template
        told, flag = template.get("sub_claim_prefix"), template.get("use_immutable_subject")
        both = [form for form in (self.plain, self.lasting) if form is not None]
        if is_enterprise_server():
            return [self.plain]
        if isinstance(told, str) and _PREFIX.fullmatch(told):
            agrees = flag is None or (told != self.plain) == (flag is True)
            return [told] if agrees else [told, *(form for form in both if form != told)]
        return [self.lasting] if flag is True and self.lasting is not None else both

    def of(self, environment: str) -> list[str] | None:
        """The subjects of the environment's jobs; None where the template has a claim that only a run has (a branch, a workflow)."""
        found = []
        for prefix in self.prefixes:
            parts = [self._part(key, prefix, environment) for key in self.keys]
            if None in parts:
                return None
            found.append(":".join(part for part in parts if part is not None))
        return list(dict.fromkeys(found))

    def _part(self, key: str, prefix: str, environment: str) -> str | None:
        owner = self.repository.get("owner") or {}
        values = {
            "environment": environment,
            "repository": self.repository.get("full_name"),
            "repository_id": self.repository.get("id"),
            "repository_owner": owner.get("login"),
            "repository_owner_id": owner.get("id"),
            "repository_visibility": self.repository.get("visibility"),
        }
        if key == "repo":
            return prefix
        if key == "context":
            key = "environment"
        value = values.get(key)
        return None if value is None else f"{key}:{str(value).replace(':', '%3A')}"


def _by_whom() -> str:
    return f", issued by `{issuer()}`" if issuer() else ""


def checks(examined: Examined, settings: Settings) -> Iterator[Check]:
    """Name and check: one for each environment whose jobs sign in to the storage."""
    subjects = Subjects(settings)
    for name in sorted(signing_in(examined)):
        yield f"{name}: subject", partial(subject, subjects, name)


def subject(subjects: Subjects, environment: str) -> Verdict:
    """What to trust. Whether the cloud does, no token of GitHub's can tell."""
    try:
        found = subjects.of(environment)
    except Unreadable as unreadable:
        return skip(f"this token may not read the organization's template for it ({unreadable.status})", f"{unreadable.needs}; {SEE}")
    if found is None:
        claims = ", ".join(subjects.keys)
        return skip(f"it is made of {claims}, which only a run has", f"{SEE}; or let its template be `repo`, `context`")
    if not {"context", "environment"} & set(subjects.keys):
        return bad(
            f"it is `{found[0]}` for every job of every branch: its template ({', '.join(subjects.keys)}) names no environment",
            f"add `context` to the template (PUT /repos/{subjects.settings.slug}/actions/oidc/customization/sub), and trust the new one",
        )
    if len(found) == 1:
        return ok(f"trust `{found[0]}`{_by_whom()}")
    return skip(f"GitHub does not tell which of them it is: {' or '.join(f'`{f}`' for f in found)}{_by_whom()}", f"trust both; {SEE}")
