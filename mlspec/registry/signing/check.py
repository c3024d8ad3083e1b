"""Does a signature hold: by somebody who is trusted, and about exactly this? Says who signed, or what is wrong with what."""

from __future__ import annotations

from mlspec.diagnostics import Problems, Span, problem
from mlspec.diagnostics.words import and_more
from mlspec.registry.signing import library
from mlspec.registry.signing.statement import BrokenBundle, Bundle, Statement, read_bundle
from mlspec.registry.signing.trust import Trust

_RESTORE = "restore it from Git; where this is a new promotion, `mlspec promote` again"
SHOWN = 3


def check_signature(path: str, content: bytes, expected: Statement, trust: Trust) -> str:
    """Return who signed `expected` in the signature file `path`.

    Raises MLS0774 (broken), MLS0775 (not trusted), MLS0776 (about something else), MLS0770 and MLS0777 where it can't be checked.
    """
    bundle, who = authentic(path, content, trust)
    require_about(path, bundle.statement, expected)
    return who


def authentic(path: str, content: bytes, trust: Trust) -> tuple[Bundle, str]:
    """Return what a signature file states, proven to be signed by somebody trusted, and by whom."""
    try:
        bundle = read_bundle(content)
    except BrokenBundle as broken:
        raise problem("MLS0774", f"{path} is no signature: {broken}", help=_RESTORE, span=Span(path)) from None
    return bundle, _by_identity(path, bundle, trust) if bundle.hint is None else _by_key(path, bundle, bundle.hint, trust)


def require_about(path: str, stated: Statement, expected: Statement) -> None:
    """Raises MLS0776 unless a signature is about exactly what is expected, and names what is not."""
    if stated.name != expected.name:
        raise _other(path, f"it is the signature of {_shown(stated.name)}, and not of {expected.name}")
    if wrong := differences(stated, expected):
        raise _other(path, "; ".join(wrong[:SHOWN]) + and_more(len(wrong), SHOWN))


def differences(stated: Statement, found: Statement) -> list[str]:
    """How the files that were signed and those that are there differ, in words."""
    there = {name: (stated.files.get(name), found.files.get(name)) for name in sorted(stated.files.keys() | found.files.keys())}
    return [_difference(name, *digests) for name, digests in there.items() if digests[0] != digests[1]]


def _difference(name: str, signed: str | None, there: str | None) -> str:
    if signed is None:
        return f"{_shown(name)} was not signed"
    if there is None:
        return f"{_shown(name)} was signed and is not there"
    return f"{_shown(name)} changed after it was signed: signed was sha256:{signed}, it is sha256:{there}"


def _by_key(path: str, bundle: Bundle, hint: str, trust: Trust) -> str:
    key = next((k for k in trust.keys if k.hint == hint), None)
    if key is None:
        raise _untrusted(path, f"the key sha256:{hint[:16]}", trust)
    try:
        library.check_by_key(bundle.content, bundle.statement, key.pem)
    except library.WrongSignature:
        message = f"{path}: the signature is not of {key.path} over what it states: one of the two was altered"
        raise problem("MLS0774", message, help=_RESTORE, span=Span(path)) from None
    return f"{key.path} (sha256:{key.hint[:16]})"


def _by_identity(path: str, bundle: Bundle, trust: Trust) -> str:
    for trusted in trust.identities:
        try:
            library.check_by_identity(bundle.content, bundle.statement, trusted.identity, trusted.issuer)
        except library.WrongSignature:
            continue
        return f"{trusted.identity} ({trusted.issuer})"
    raise _untrusted(path, "an identity (a keyless signature)", trust)


def _untrusted(path: str, who: str, trust: Trust) -> Problems:
    known = [*(f"{k.path} (sha256:{k.hint[:16]})" for k in trust.keys), *(i.identity for i in trust.identities)]
    message = f"{path} is signed by {who}, which is not trusted at {trust.commit[:12]}: trusted are {', '.join(known) or 'none'}"
    help_text = "sign with a key that is trusted there; a new key is merged into `spec.signing.trusted` in a pull request of its own first"
    return problem("MLS0775", message, help=help_text, span=Span(path))


def _other(path: str, why: str) -> Problems:
    return problem("MLS0776", f"{path} is about something else: {why}", help=_RESTORE, span=Span(path))


def _shown(name: str) -> str:
    """A name out of a signature, on one line."""
    return "".join(c if c.isprintable() else "?" for c in name[:200])
