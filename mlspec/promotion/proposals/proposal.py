"""A proposal: files on top of a commit, the branch they go to, and the words of commit and pull request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from mlspec.diagnostics.digest import bytes_digest, canonical_digest

KindName = Literal["promotion", "rollback", "registration", "refresh", "retrain"]
Files = Mapping[str, bytes]
"""Whole texts, by path relative to the root."""

CONTENT, SUBJECT, SECONDS = "Mlspec-Content", "Mlspec-Proposal", "Mlspec-Seconds"
"""Trailers of mlspec's commits: the digest of what a proposal's commit changes, what it is about, and what `ci record` says of a run."""
_CONTENT = re.compile(rf"^{CONTENT}: (sha256:[0-9a-f]{{64}})$", re.MULTILINE)
_RECORDED = re.compile(rf"^{SECONDS}: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one pull request is to hold: `files` on top of `commit` of the branch `base`, as one commit with `message` on `branch`."""

    kind: KindName
    subject: str
    branch: str
    base: str
    commit: str
    title: str
    body: str
    message: str
    files: Files

    @classmethod
    def make(
        cls, kind: KindName, subject: str, branch: str, on: tuple[str, str], title: str, body: str, files: Files, said: str = ""
    ) -> Self:
        """A proposal with the message that belongs to its files. `on`: (base, commit). `said`: paragraphs between title and trailers."""
        trailers = f"{SUBJECT}: {subject}\n{CONTENT}: {content_digest(files)}\n"
        return cls(kind, subject, branch, *on, title, body, f"{title}\n\n{said}{trailers}", files)

    def only(self, files: Files) -> Self:
        """The same proposal with fewer files, and the message that belongs to them."""
        return replace(self, files=files, message=_CONTENT.sub(f"{CONTENT}: {content_digest(files)}", self.message))

    def ending(self, trailers: str) -> Self:
        """With more trailers at the end of its message: whole lines."""
        return replace(self, message=self.message + trailers)


def content_digest(files: Files) -> str:
    """The digest of files by path: the same for the same content, wherever it comes from."""
    return canonical_digest({path: bytes_digest(content) for path, content in files.items()})


def claimed_content(message: str) -> str | None:
    """The digest in the trailer of a proposal's commit; None for any other message."""
    found = _CONTENT.findall(message)
    return found[-1] if found else None


def tells_of_a_run(message: str) -> bool:
    """Whether a commit's message is one of `mlspec ci record`. A retraining's tells of runs too, and is a proposal's."""
    return bool(_RECORDED.search(message)) and claimed_content(message) is None
