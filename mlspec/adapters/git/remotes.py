"""Other clones: their addresses, and what they have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import git, last_line, run_git
from mlspec.diagnostics import problem

Extra = Mapping[str, str] | None
"""More environment for Git, such as `token.token_environment`."""


class Remotes(Refs):
    """What is asked of a remote by its name."""

    __slots__ = ()

    def require_remote(self, name: str) -> str:
        """The URL of a remote. Raises MLS0957 when there is none of that name."""
        known = git(self.root, "remote").text.split()
        if name not in known:
            others = f"; there is {', '.join(f'`{n}`' for n in sorted(known))}" if known else ""
            raise problem(
                "MLS0957", f"this repository has no remote `{name}`{others}", help=f"`git remote add {name} URL`, or --remote NAME"
            )
        return self._url(name)

    def _url(self, name: str) -> str:
        """One that a person's own settings name is none to `git remote get-url`, and is to a push."""
        result = run_git(self.root, ["remote", "get-url", "--push", name])
        return result.text if result.code == 0 else git(self.root, "ls-remote", "--get-url", name).text

    def fetch(self, remote: str, branch: str, *, extra: Extra = None) -> None:
        """Fetch one branch into its remote-tracking branch. A branch that the remote lacks is no error: its tracking branch goes."""
        result = run_git(
            self.root, ["fetch", "--quiet", "--no-tags", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"], extra=extra
        )
        if result.code == 0:
            return
        if "couldn't find remote ref" not in result.err:
            raise problem("MLS0960", f"`{remote}` can't be fetched: {last_line(result.err)}", help="check the remote's address and access")
        run_git(self.root, ["update-ref", "-d", f"refs/remotes/{remote}/{branch}"])

    def pull(self) -> str:
        """Move the branch that is checked out to where its remote's is, if that is further on. Return what Git said where it can't."""
        result = run_git(self.root, ["pull", "--ff-only", "--quiet"])
        return last_line(result.err) if result.code else ""

    def bring(self, remote: str, commit: str, ref: str | None, extra: Extra) -> bool:
        """Whether this clone has a commit, or gets it: by a ref of the remote's, then by its id. No branch of this clone is touched."""
        if self.find(commit) is not None:
            return True
        for wanted in ([ref] if ref else []) + [commit]:
            run_git(self.root, ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, wanted], extra=extra)
            if self.find(commit) is not None:
                return True
        return False

    def default_branch(self, remote: str, *, extra: Extra = None) -> str | None:
        """The branch that the remote's HEAD names; None where it names none. Raises MLS0960 when the remote can't be read."""
        rows = self.listed(remote, ["--symref"], ["HEAD"], extra=extra)
        named = next((left for left, ref in rows if ref == "HEAD" and left.startswith("ref: ")), None)
        return named.removeprefix("ref: refs/heads/") if named else None

    def remote_branch(self, remote: str, branch: str, *, extra: Extra = None) -> str | None:
        """The commit that a branch has on the remote now; None when it is not there. Raises MLS0960 when the remote can't be read."""
        ref = f"refs/heads/{branch}"  # Git lists every ref that ends like this
        return next((commit for commit, name in self.listed(remote, ["--heads"], [ref], extra=extra) if name == ref), None)

    def listed(self, remote: str, options: Sequence[str], names: Sequence[str] = (), *, extra: Extra = None) -> list[tuple[str, str]]:
        """What the remote has: (id, ref), or (`ref: …`, ref). Raises MLS0960 when the remote can't be read."""
        result = run_git(self.root, ["ls-remote", *options, remote, *names], extra=extra)
        if result.code != 0:
            help_text = "check the remote's address and access; in GitHub Actions, GITHUB_TOKEN and `contents: write`"
            raise problem("MLS0960", f"`{remote}` can't be read: {last_line(result.err)}", help=help_text)
        return [(left, right) for left, right in (line.split("\t", 1) for line in result.text.splitlines())]
