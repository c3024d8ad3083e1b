"""Targets: whoever may ask a server that asked who they are, what crosses the network in the clear, what is no longer written down."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.language.kinds.targets.rest import RestTarget
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.models import Change
from mlspec.promotion.loosening.sides import Sides


def looser_targets(sides: Sides) -> Iterator[Loosened]:
    """What serves a deployment, as it is in its environment: also where the Deployment goes by another target now."""
    for key, old in sorted(sides.before.deployments.items()):
        new = sides.after.deployments.get(key)
        if new is None:
            continue
        target, there = sides.before.target_of(old), sides.after.target_of(new)
        one, other = target.envelope.spec.rest, there.envelope.spec.rest
        if one is None or other is None or one == other:
            continue
        for what, before, after, route in _changes(one, other):
            if target.ref == there.ref:
                yield sides.note(target, what, (before, after), ["spec", "rest", *route])
            else:
                yield sides.note(old, f"{what} at its new target", (before, after), ["spec", "target"], target)


def _changes(old: RestTarget, new: RestTarget) -> Iterator[Change]:
    if old.auth and not new.auth:
        yield "the server no longer asks for a token", f"auth: {{tokens: {old.auth.tokens}}}", None, ("auth",)
    elif old.auth and new.auth and old.auth != new.auth:
        yield "other tokens let in, and can't be compared", f"tokens: {old.auth.tokens}", f"tokens: {new.auth.tokens}", ("auth",)
    if old.tls and not new.tls:
        yield "requests and answers are no longer encrypted", "tls", None, ("tls",)
    if _is_here_only(old.host) and not _is_here_only(new.host):
        yield "others than this machine reach the server", f"host: {old.host}", f"host: {new.host}", ("host",)
    if old.access_log and not new.access_log:
        yield "requests are no longer written down", "accessLog: true", None, ("accessLog",)


def _is_here_only(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
