"""What a change proposes: which deployments it moves, which files it may touch for that, and which it does touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.layout import CLAIMS, REGISTRY
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.yaml.load import load_documents
from mlspec.registry.at_commit import AtCommit
from mlspec.registry.claims import ClaimFile, find_claim, free_path
from mlspec.registry.entries import find_version, record_path
from mlspec.registry.paths import RECORD_PATH, SIGNATURE, is_record_path, signature_path
from mlspec.registry.signing.chain import check_model_signature
from mlspec.registry.signing.trust import Trust

PROMOTED_KEYS = ("version", "digest", "previous", "claim")


@dataclass(frozen=True, slots=True)
class Change:
    """A change from `base` to `head`: {path: A | M | D | T} of the files that it touches."""

    base: AtCommit
    head: AtCommit
    paths: Mapping[str, str]

    def promoted(self) -> list[Bound[Deployment]]:
        """The deployments (as the change has them) whose version, digest, previous or claim it sets to something new."""
        heads = (d for _, d in sorted(self.head.project.deployments.items()))
        return [d for d in heads if d.envelope.spec.version and self._keys(d) != self._keys(self.before(d))]

    def before(self, deployment: Bound[Deployment]) -> Bound[Deployment] | None:
        """The same deployment on the base branch."""
        return self.base.project.deployments.get(deployment.ref.removeprefix("deployment/"))

    @staticmethod
    def _keys(deployment: Bound[Deployment] | None) -> tuple[Any, ...]:
        spec = deployment.envelope.spec if deployment else None
        return tuple(getattr(spec, key, None) for key in PROMOTED_KEYS)

    def emptied(self) -> list[Bound[Deployment]]:
        """The deployments that have a version on the base branch, and stand without one in the change."""
        heads = (d for _, d in sorted(self.head.project.deployments.items()))
        return [d for d in heads if d.envelope.spec.version is None and (b := self.before(d)) is not None and b.envelope.spec.version]

    def registered(self) -> list[str]:
        """The record that the change adds, where it promotes nothing: one at most, so that each has a review of its own."""
        return sorted(path for path, state in self.paths.items() if state == "A" and is_record_path(path))[:1]

    def touches_records(self) -> bool:
        return any(_is_record(path) for path in self.paths)


def check_paths(change: Change, promoted: list[Bound[Deployment]], trust: Trust, registered: Sequence[str] = ()) -> Iterator[Diagnostic]:
    """Records, claims and signatures are only ever added; a promotion touches its own files and nothing else, a registration its record.

    A model's signature that counts no more, by `trust` of the base branch, is replaced by one that does.
    """
    allowed = {path for d in promoted for path in allowed_paths(change, d, trust)} | _with_signatures(registered, trust)
    whole = "a registration adds one record" if registered else "a promotion changes its record, its claim and its environment file"
    for path, state in sorted(change.paths.items()):
        if _is_record(path) and state != "A" and not (path in allowed and state == "M" and _counts_no_more(change, path, trust)):
            message = f"{path} was {'removed' if state == 'D' else 'changed'}: records, claims and signatures are only ever added"
            yield Diagnostic("MLS0730", message, Span(path), f"`git checkout {change.base.commit[:12]} -- {path}`")
        elif path not in allowed:
            message = f"{whole}, and nothing else: {path} changed too"
            yield Diagnostic("MLS0741", message, Span(path), "put it into a pull request of its own")


def _is_record(path: str) -> bool:
    return path.startswith((f"{REGISTRY}/", f"{CLAIMS}/"))


def _counts_no_more(change: Change, path: str, trust: Trust) -> bool:
    """Whether the model signature at `path` on the base branch holds no longer: its key was taken out of the trusted ones, say."""
    match = RECORD_PATH.fullmatch(path.removesuffix(SIGNATURE) + ".yaml") if path.endswith(SIGNATURE) else None
    entry = find_version(change.base.files, match[1], match[2]) if match else None
    if entry is None:
        return False
    try:
        check_model_signature(path, change.base.files[path], entry, trust)
    except Problems:
        return True
    return False


def allowed_paths(change: Change, deployment: Bound[Deployment], trust: Trust) -> set[str]:
    """The environment file, the new claim under its own name, the version's record, and the signatures of the two where they count."""
    spec, environment = deployment.envelope.spec, deployment.envelope.metadata.environment
    claim = find_claim(change.head.files, environment, deployment.name, str(spec.claim))
    records = [record_path(spec.model, str(spec.version)), *([own_path(change, deployment, claim)] if claim else [])]
    return {deployment.path} | _with_signatures(records, trust)


def _with_signatures(records: Sequence[str], trust: Trust) -> set[str]:
    return {*records, *(map(signature_path, records) if trust.configured else ())}


def own_path(change: Change, deployment: Bound[Deployment], claim: ClaimFile) -> str:
    """Where the claim of this promotion belongs: the first name that is free on the base branch."""
    environment, version = deployment.envelope.metadata.environment, str(deployment.envelope.spec.version)
    return free_path(change.base.files, environment, deployment.name, version, rollback=claim.claim.type == "rollback")


def check_own_claim(change: Change, deployment: Bound[Deployment], claim: ClaimFile) -> Iterator[Diagnostic]:
    """A claim is new in the change, and has the name by which history finds it."""
    span = deployment.document.span(["spec", "claim"])
    own = own_path(change, deployment, claim)
    if claim.path in change.base.files:
        message = f"{deployment.ref}: {claim.path} is an old claim: every promotion has its own"
        yield Diagnostic("MLS0743", message, span, "promote again")
    elif claim.path != own:
        yield Diagnostic("MLS0743", f"{deployment.ref}: the claim stands in {claim.path}, and belongs in {own}", span, "promote again")


def check_emptied(change: Change) -> Iterator[Diagnostic]:
    """A version is replaced, never taken away: what comes after it would be judged against no champion."""
    for deployment in change.emptied():
        message = f"{deployment.ref} loses its version: the next promotion would be judged against nothing"
        span = deployment.document.span(["spec"], key=True)
        yield Diagnostic("MLS0742", message, span, "`mlspec rollback` goes back; to stop serving, remove the Deployment")


def check_other_documents(change: Change, promoted: list[Bound[Deployment]]) -> Iterator[Diagnostic]:
    """Other objects in a promoted deployment's file stay as they are."""
    places = {(d.path, d.document.index) for d in promoted}
    for path in sorted({path for path, _ in places}):
        old, new = (_documents(path, files.get(path, b"")) for files in (change.base.files, change.head.files))
        moved = [n for n in range(max(len(old), len(new))) if (path, n) not in places and old[n : n + 1] != new[n : n + 1]]
        for number in moved:
            message = f"a promotion changes its own Deployment, and this change alters document {number + 1} of {path} too"
            yield Diagnostic("MLS0742", message, Span(path), "change it in a pull request of its own")


def _documents(path: str, content: bytes) -> list[Any]:
    documents, _ = load_documents(path, content)
    return [d.value for d in documents]


def check_other_keys(change: Change, deployment: Bound[Deployment], *, rollback: bool) -> Iterator[Diagnostic]:
    """The environment file may change in what a promotion writes only; a rollback also sets a hold."""
    before = change.before(deployment)
    if before is None:
        message = f"{deployment.ref} is new in this change: a Deployment is merged first, and promoted to then"
        yield Diagnostic("MLS0742", message, deployment.document.span(), "split it into two pull requests")
        return
    free = {*PROMOTED_KEYS, *(("hold",) if rollback else ())}
    old, new = (_without(d, free) for d in (before, deployment))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            message = f"a promotion sets {', '.join(PROMOTED_KEYS)}, and this change sets `{key}` of {deployment.ref} too"
            span = deployment.document.span(["spec", key], key=True)
            yield Diagnostic("MLS0742", message, span, "change it in a pull request of its own")


def _without(deployment: Bound[Deployment], keys: set[str]) -> dict[str, Any]:
    form = deployment.envelope.canonical()
    return {k: v for k, v in form["spec"].items() if k not in keys} | {"metadata": form["metadata"]}
