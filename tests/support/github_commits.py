"""GitHub's Git data API over a bare repository: blobs, trees and commits, which GitHub signs where it says that it does.

Its signature is a keyed digest of what is signed, so that nobody else can make one, and a commit that was changed has none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from support.github_server import TOKEN, Answer, GitHubServer, Request, refusal

BOT = "github-actions[bot]"
BOT_MAIL = "41898282+github-actions[bot]@users.noreply.github.com"
WEB_FLOW, WEB_FLOW_MAIL = "web-flow", "noreply@github.com"
_KEY = os.urandom(32)
_BEGIN, _END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
NOT_ALLOWED = "Resource not accessible by integration"
SIGNED = {"type": "required_signatures", "ruleset_source_type": "Repository", "ruleset_source": "ada/bikes", "ruleset_id": 7}


def raw_git(bare: Path, *words: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
    """Run Git in the repository; its output as it came, or what it said against it as a `ValueError`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | ({"GIT_INDEX_FILE": str(index)} if index else {})
    done = subprocess.run(["git", *words], cwd=bare, input=stdin, capture_output=True, check=False, env=env)
    if done.returncode:
        raise ValueError(done.stderr.decode())
    return done.stdout


class GitData(GitHubServer):
    """For a server with a repository `bare` behind it. `bot`: asked with a workflow's own token."""

    bare: Path
    app = ""
    """The login of the App whose token asks now; "" where it is the workflow's own."""
    signs = True
    """False: an enterprise server whose owner did not turn the signing of web commits on."""
    spoils = ""
    """A path that a tree comes out without, as no tree of GitHub's does."""

    def _git_create_blob(self, request: Request) -> Answer:
        """https://docs.github.com/en/rest/git/blobs#create-a-blob"""
        content, encoding = request.body["content"], request.body.get("encoding", "utf-8")
        return Answer(201, {"sha": self._blob(base64.b64decode(content) if encoding == "base64" else content.encode())})

    def _blob(self, content: bytes) -> str:
        return raw_git(self.bare, "hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def _git_create_tree(self, request: Request) -> Answer:
        """https://docs.github.com/en/rest/git/trees#create-a-tree

        A token without `workflows` may bring no workflow file: "Failed to create tree: 403 - Resource not accessible by integration"
        (https://github.com/anthropics/claude-code-action/issues/29, https://github.com/googleapis/release-please-action/issues/704).
        """
        entries = request.body["tree"]
        if self.bot and not self.app and any(entry["path"].startswith(".github/workflows/") for entry in entries):
            return refusal(403, NOT_ALLOWED)
        if any(("sha" in entry) == ("content" in entry) for entry in entries):
            return refusal(422, "Must supply either a sha or content for each tree entry")
        rows = [self._row(entry) for entry in entries if entry["path"] != self.spoils]
        with tempfile.TemporaryDirectory(prefix="github-") as folder:
            index = Path(folder) / "index"
            try:
                if "base_tree" in request.body:
                    raw_git(self.bare, "read-tree", request.body["base_tree"], index=index)
                raw_git(self.bare, "update-index", "-z", "--index-info", stdin="".join(rows).encode(), index=index)
                tree = raw_git(self.bare, "write-tree", index=index).decode().strip()
            except ValueError as wrong:
                return refusal(422, f"GitRPC::BadObjectState: {wrong}")
        return Answer(201, {"sha": tree, "tree": [], "truncated": False})

    def _row(self, entry: dict[str, Any]) -> str:
        blob = self._blob(entry["content"].encode()) if "content" in entry else entry["sha"]
        return f"{entry['mode']} {blob}\t{entry['path']}\0" if blob else f"0 {'0' * 40}\t{entry['path']}\0"

    def _git_create_commit(self, request: Request) -> Answer:
        """https://docs.github.com/en/rest/git/commits#create-a-commit

        Signed for a bot, where nothing is said of author, committer and signature: "Signature verification for bots will only work if the
        request is verified and authenticated as the GitHub App or bot and contains no custom author information, custom committer
        information, and no custom signature information, such as Commits API"
        (https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification).
        """
        body = request.body
        for what in (body["tree"], *body.get("parents", ())):
            if not self._is_there(what):
                return refusal(422, f"{what} does not exist")
        person = body.get("author") or body.get("committer")
        is_ours = self.bot and not person
        author, committer = (self._bot(), ("GitHub", WEB_FLOW_MAIL)) if is_ours else [self._person(person)] * 2
        head = [f"tree {body['tree']}", *(f"parent {parent}" for parent in body.get("parents", ()))]
        head += [f"{role} {name} <{mail}> 1795000000 +0000" for role, (name, mail) in (("author", author), ("committer", committer))]
        payload = "\n".join(head) + f"\n\n{body['message']}"
        whole = _with_signature(payload, _signature(payload)) if is_ours and self.signs else payload
        made = raw_git(self.bare, "hash-object", "-t", "commit", "-w", "--stdin", stdin=whole.encode()).decode().strip()
        ends = {"tree": {"sha": body["tree"]}, "parents": [{"sha": parent} for parent in body.get("parents", ())]}
        return Answer(201, {"sha": made, "message": body["message"], "verification": self.verification(made), **ends})

    def _bot(self) -> tuple[str, str]:
        return (self.app, f"1+{self.app}@users.noreply.github.com") if self.app else (BOT, BOT_MAIL)

    def _is_there(self, name: str) -> bool:
        try:
            raw_git(self.bare, "cat-file", "-e", name)
        except ValueError:
            return False
        return True

    def _person(self, given: dict[str, str] | None) -> tuple[str, str]:
        return (given["name"], given["email"]) if given else (BOT, BOT_MAIL) if self.bot else ("ada", "ada@example.org")

    def verification(self, commit: str) -> dict[str, Any]:
        """What GitHub says of a commit's signature: its own is known, and whatever was put into a commit by hand is not."""
        payload, signature = _apart(raw_git(self.bare, "cat-file", "commit", commit).decode())
        if not signature:
            return {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        is_known = hmac.compare_digest(signature.strip(), _signature(payload).strip())
        reason = "valid" if is_known else "unknown_key"
        return {"verified": is_known, "reason": reason, "signature": signature, "payload": payload, "verified_at": None}

    def blocking(self, branch: str, base: str = "main") -> list[str]:
        """The commits for which GitHub does not let a branch be merged: "commits must have verified signatures", where a rule asks for it.

        https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#require-signed-commits
        """
        if not any(rule["type"] == "required_signatures" for rule in self.branch_rules):
            return []
        commits = raw_git(self.bare, "rev-list", f"refs/heads/{base}..refs/heads/{branch}").decode().split()
        return [commit for commit in commits if not self.verification(commit)["verified"]]


class CommitServer(GitData):
    """A server with a repository, and nothing else of its own."""

    def __init__(self, slug: str, bare: Path, token: str = TOKEN) -> None:
        super().__init__(slug, token)
        self.bare = bare


def _signature(payload: str) -> str:
    digest = hmac.new(_KEY, payload.encode(), hashlib.sha256).digest()
    return f"{_BEGIN}\n\n{base64.b64encode(digest).decode()}\n{_END}\n"


def _with_signature(payload: str, signature: str) -> str:
    """As GitHub's commits have it: the header ends with an empty line of its own."""
    head, _, message = payload.partition("\n\n")
    return f"{head}\ngpgsig {signature.replace(chr(10), chr(10) + ' ')}\n\n{message}"


def _apart(whole: str) -> tuple[str, str]:
    """Payload and signature; "" where there is none."""
    head, _, message = whole.partition("\n\n")
    before, found, after = head.partition("\ngpgsig ")
    if not found:
        return whole, ""
    lines = after.split("\n")
    own = 1 + next((n for n, line in enumerate(lines[1:]) if not line.startswith(" ")), len(lines) - 1)
    rest = "".join(f"\n{line}" for line in lines[own:])
    return f"{before}{rest}\n\n{message}", "\n".join([lines[0], *(line[1:] for line in lines[1:own])])
