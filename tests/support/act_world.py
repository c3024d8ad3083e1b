"""A project on GitHub, on one machine: generated workflows run by act, a bare repository behind a Git server, a fake GitHub, a DVC remote."""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support import quick_yaml
from support.act_git import USER, ActGit
from support.act_github import ActGitHub
from support.act_run import Run, for_act, only_failed, run_act
from support.act_storage import FolderStorage, Storage
from support.cli import BIN, command, environment, git, mlspec, publish, repository
from support.github_checks import Event, load, starts
from support.projects import SPECS

from mlspec.compiler.project.layout import WORKFLOW_PLACES

ACTIONS = Path(__file__).resolve().parents[1] / "workflows" / "actions"
REPOSITORY, FORK = "acme/shop", "mallory/shop"
TOKEN, FORK_TOKEN = "ghs_" + "0123456789abcdef" * 2, "ghs_" + "fedcba9876543210" * 2
APP, APP_KEY = "acme-mlspec[bot]", "-----BEGIN A KEY OF THE TESTS-----"
APP_TOKEN = "ghs_" + hashlib.sha256(APP_KEY.encode()).hexdigest()[:32]
"""What `create-github-app-token` gives who has the key."""
AS_GIT_SENDS_IT = base64.b64encode(f"{USER}:ghs".encode()).decode()

BOT = "github-actions[bot]"


@cache
def _pip_said() -> Path:
    """A folder for what pip was content with, once in this process (see `actions/setup-python`)."""
    folder = tempfile.mkdtemp(prefix="pip-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def with_storage(text: str, storage: Storage) -> str:
    """The text of a Project, with its DVC remote there."""
    return re.sub(r"(?m)^  storage: .*$", lambda _: f"  storage: {json.dumps({'url': storage.url} | storage.spec)}", text)


class World:
    """`root` is a person's clone, `remote` the server's repository, `github` its REST API, `storage` the DVC remote.

    with World(tmp_path) as world: ...
    """

    def __init__(
        self,
        folder: Path,
        specs: dict[str, str] | None = None,
        storage: Storage | None = None,
        *,
        template: World | None = None,
        project: Path | None = None,
    ) -> None:
        """Begin with `specs`, with what another world holds, or with the project in a folder."""
        self.folder, self.remote, self.runner = folder, folder / "remote.git", folder / "runner"
        self.storage: Storage = storage or FolderStorage(folder / "storage")
        self.root = folder / "project"
        if template:
            self._copy(template)
        elif project:
            shutil.copytree(project, self.root)
            self._move_storage()
            publish(self.root)
        else:
            texts = specs or SPECS
            repository(folder, texts | {"mlspec.yaml": with_storage(texts["mlspec.yaml"], self.storage)})
        (folder / "home").mkdir()
        git(folder, "clone", "-q", str(self.remote), str(self.runner))
        git(self.runner, "remote", "set-url", "origin", f"https://github.com/{REPOSITORY}.git")
        self.github = ActGitHub(REPOSITORY, TOKEN, self.remote, frozenset({FORK_TOKEN}), {APP_TOKEN: APP})
        self.github.people.mails["ada@example.org"] = "ada"
        self.github.people.rights = {"ada": "admin", "ben": "write", "carl": "write"}
        self.git = ActGit(self.remote, REPOSITORY, TOKEN, {FORK_TOKEN}, {APP_TOKEN})
        self.never = "|".join((TOKEN, FORK_TOKEN, APP_TOKEN, APP_KEY, AS_GIT_SENDS_IT, *self.storage.secrets.values()))
        """What no file and no log may hold: a token, in the clear or as Git sends it; the storage's key."""
        self.secrets = self.storage.secrets
        """What GitHub hands to jobs that may use the storage."""
        self.actor = BOT
        """Who starts the next runs."""
        self.extra: dict[str, str] = {}
        """More environment variables of the next runs."""
        self._servers = ExitStack()

    def __enter__(self) -> Self:
        for server in (self.github, self.git):
            self._servers.enter_context(server)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._servers.close()
        if kind is None:
            assert self.github.violations == []
            found = command(self.folder, "grep", "-rlE", self.never, ".").out
            assert found == "", f"a token stands in {found}"

    def _copy(self, template: World) -> None:
        """Start where another world stands, with the storage elsewhere."""
        for name in ("project", "remote.git"):
            shutil.copytree(template.folder / name, self.folder / name, symlinks=True)
        assert isinstance(template.storage, FolderStorage)
        self.storage.fill(template.storage.folder)
        self._move_storage()
        mlspec(self.root, "apply", check=0)
        self.push("main", "Move the storage")

    def _move_storage(self) -> None:
        spec = self.root / "mlspec.yaml"
        spec.write_text(with_storage(spec.read_text(encoding="utf-8"), self.storage), encoding="utf-8")

    def person(self, *words: str, check: int | None = 0) -> str:
        """Run a command in the person's clone, with their right to the storage; returns what it printed."""
        return command(self.root, *words, check=check, extra=self.storage.variables | self.storage.secrets).text

    def commit_of(self, ref: str) -> str:
        """The commit that a branch of the server's is at, also `branch^`; "" where there is no such branch."""
        return command(self.remote, "git", "rev-parse", "--quiet", "--verify", f"refs/heads/{ref}").out.strip()

    def branches(self) -> list[str]:
        """The server's branches, sorted."""
        return git(self.remote, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()

    def files_of(self, branch: str, since: str = "main") -> list[str]:
        """The files that a branch changes against another."""
        return git(self.remote, "diff", "--name-only", f"{since}...{branch}").split()

    def show(self, branch: str, path: str) -> str:
        """A file as a branch of the server's has it."""
        return git(self.remote, "show", f"{branch}:{path}")

    def message(self, branch: str) -> str:
        """Author and message of a branch's last commit."""
        return git(self.remote, "log", "-1", "--format=%an%n%B", branch)

    def push(self, branch: str, message: str = "Change", *, force: bool = False) -> str:
        """Commit everything in `root` and push it as a branch; returns the commit."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", message)
        git(self.root, "push", "-q", *(["--force"] if force else []), "origin", f"HEAD:refs/heads/{branch}")
        return self.commit_of(branch)

    def pull_into(self, branch: str) -> None:
        """Bring the person's clone to what a branch of the server's has."""
        git(self.root, "fetch", "-q", "origin", branch)
        git(self.root, "checkout", "-q", "--force", "-B", branch, "FETCH_HEAD")

    def artifacts(self) -> list[str]:
        """The files that the last run kept, as `artifact/path`."""
        kept = self.folder / "artifacts"
        return sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())

    def open_pull(self, branch: str, *, fork: bool = False) -> dict[str, Any]:
        """The open pull request of a branch into main, opened now if there is none."""
        slug = FORK if fork else REPOSITORY
        found = [p for p in self.github.open_pulls() if (p["head"]["ref"], p["head"]["repo"]["full_name"]) == (branch, slug)]
        return found[0] if found else self.github.add_pull(branch, "main", f"Change {branch}", None, slug=slug)

    def merge_commit(self, branch: str, into: str = "main") -> str:
        """A commit that merges a branch into another, on no branch itself."""
        base, head = self.commit_of(into), branch if re.fullmatch(r"[0-9a-f]{40}", branch) else self.commit_of(branch)
        tree = git(self.remote, "merge-tree", "--write-tree", base, head).split()[0]
        return git(self.remote, "commit-tree", tree, "-p", base, "-p", head, "-m", "Merge").strip()

    def pull_request(self, branch: str, *, fork: bool = False, head: str = "", base: str = "main", sender: str = "ada") -> Run:
        """Run the checks of a pull request from `branch` (its tip, or the commit `head`) into main, as GitHub does: on the merge of both.

        `base`: what that merge is with; GitHub keeps the one of before when a pull request goes into another branch. `sender`: who pushed.
        """
        facts = self._pull_facts(branch, fork=fork, head=head, base=base)
        facts["payload"] |= {"action": "synchronize", "sender": {"login": sender}}
        return self.run("ci", "pull_request", **facts)

    def edited(self, branch: str, *, fork: bool = False, was: str = "") -> list[Run]:
        """Somebody changes a pull request's base to main (it was another), or its title: run what GitHub starts then."""
        facts = self._pull_facts(branch, fork=fork, base=was or "main")
        change = {"base": {"ref": {"from": was}}} if was else {"title": {"from": "Old words"}}
        facts["payload"] |= {"action": "edited", "sender": {"login": "ada"}, "changes": change}
        event = Event("pull_request", facts["payload"])
        listed = git(self.remote, "ls-tree", "--name-only", facts["at"], ".github/workflows/").split()
        started = [path for path in listed if starts(load(git(self.remote, "show", f"{facts['at']}:{path}")), event)]
        names = [path.rpartition("mlspec-")[2].removesuffix(".yml") for path in started]
        return [self.run(name, "pull_request", **{**facts, "payload": dict(facts["payload"])}) for name in names]

    def _pull_facts(self, branch: str, *, fork: bool = False, head: str = "", base: str = "main") -> dict[str, Any]:
        """What a run of a pull request's event is started with, all but the event's action."""
        head = head or self.commit_of(branch)
        if fork:
            git(self.remote, "update-ref", "-d", f"refs/heads/{branch}")
        pull = self.open_pull(branch, fork=fork)
        ref, merge = f"refs/pull/{pull['number']}/merge", self.merge_commit(head, base)
        git(self.remote, "update-ref", ref, merge)
        git(self.remote, "update-ref", f"refs/pull/{pull['number']}/head", head)
        ends = {"head": {**pull["head"], "sha": head}, "base": {**pull["base"], "sha": self.commit_of("main")}}
        payload = {"number": pull["number"], "pull_request": {"number": pull["number"], "user": {"login": "ada"}, **ends}}
        return {"at": merge, "payload": payload, "ref": ref, "fork": fork, "head_ref": branch, "base_ref": "main"}

    def merge_queue(self, branch: str) -> Run:
        """Run the checks of the merge queue on the merge of a branch into main."""
        base, merge = self.commit_of("main"), self.merge_commit(branch)
        ref = f"refs/heads/gh-readonly-queue/main/pr-1-{base}"
        git(self.remote, "update-ref", ref, merge)
        group = {"head_sha": merge, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
        try:
            return self.run("ci", "merge_group", merge, {"action": "checks_requested", "merge_group": group}, ref=ref)
        finally:
            git(self.remote, "update-ref", "-d", ref)

    def merge(self, branch: str) -> str:
        """Merge a branch's pull request into main, as a person does by GitHub's button; returns the commit."""
        pull, merge = self.open_pull(branch), self.merge_commit(branch)
        git(self.remote, "update-ref", "refs/heads/main", merge)
        self.github.merged(pull["number"], merge)
        return merge

    def agree(self, branch: str) -> None:
        """Two people approve what a branch's pull request is now: a looser gate needs one, and one more where a bot had a hand in it."""
        for login in ("ben", "carl"):
            self.github.review(self.open_pull(branch)["number"], login)

    def review(self, branch: str, login: str, state: str = "APPROVED") -> Run:
        """Somebody reviews what a branch's pull request is now; runs what GitHub starts then."""
        pull = self.open_pull(branch)
        review = self.github.review(pull["number"], login, state)
        payload = {"action": "submitted", "pull_request": pull, "review": {"id": review["id"], "state": state.lower()}}
        payload |= {"sender": {"login": login}}
        merge = self.merge_commit(branch)
        return self.run("approvals", "pull_request_review", merge, payload, ref=f"refs/pull/{pull['number']}/merge", head_ref=branch)

    def follow(self) -> list[Run]:
        """Run what was dispatched since the last time, as GitHub would; returns the runs."""
        asked, self.github.dispatches = self.github.dispatches, []
        return [self.dispatch(a["workflow"].removeprefix("mlspec-").removesuffix(".yml"), a["ref"], a["inputs"]) for a in asked]

    def dispatch(self, workflow: str, ref: str = "main", inputs: Mapping[str, Any] | None = None) -> Run:
        """Run `mlspec-<workflow>.yml` by hand on a branch."""
        return self.run(workflow, "workflow_dispatch", ref, {"inputs": dict(inputs or {})}, ref=f"refs/heads/{ref}")

    def clock(self, workflow: str) -> Run:
        """Run a workflow of main's by its first schedule."""
        form = quick_yaml.load(self.show("main", f".github/workflows/mlspec-{workflow}.yml"))
        return self.run(workflow, "schedule", payload={"schedule": form["on"]["schedule"][0]["cron"]})

    def run(self, workflow: str, event: str, at: str = "main", payload: dict[str, Any] | None = None, **started: Any) -> Run:
        """Run `mlspec-<workflow>.yml` as it is at a branch or commit of the server's. `started`: ref, head_ref, base_ref, fork."""
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        facts = {"workflow": workflow, "event": event, "at": self.commit_of(at) or at, "payload": payload or {}, "ref": "refs/heads/main"}
        return self._attempt(facts | started, 1, lambda text: text)

    def rerun_failed(self, run: Run) -> Run:
        """GitHub's "Re-run failed jobs": the same commit and event; what succeeded is not run again, and its artifacts are there."""
        return self._attempt(dict(run.started), 2, lambda text: only_failed(text, run))

    def _check_out(self, at: str) -> None:
        git(self.runner, "fetch", "-q", str(self.remote), at)
        git(self.runner, "checkout", "-q", "--force", "--detach", "FETCH_HEAD")

    def _attempt(self, facts: dict[str, Any], attempt: int, change: Callable[[str], str]) -> Run:
        self._check_out(facts["at"])
        self._check_inputs()
        text = (self._home / f"mlspec-{facts['workflow']}.yml").read_text(encoding="utf-8")
        for called in self._home.glob("*.yml"):
            called.write_text(for_act(called.read_text(encoding="utf-8")), encoding="utf-8")
        workflow = self.folder / "workflow.yml"
        workflow.write_text(change(for_act(text)), encoding="utf-8")
        owner = {"full_name": REPOSITORY, "default_branch": "main", "name": "shop", "owner": {"login": "acme"}, "private": True}
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": owner, "ref": facts["ref"], **facts["payload"]}), encoding="utf-8")
        words = [facts["event"], "-W", str(workflow), "-e", str(event), *self._options(facts, attempt)]
        run = run_act(words, self.runner, self._environment(), facts)
        assert not re.search(self.never, run.log)
        return run

    @property
    def _home(self) -> Path:
        """Where the workflows stand in what is checked out: GitHub's folder, or Forgejo's."""
        return next(self.runner / place for place in WORKFLOW_PLACES if list((self.runner / place).glob("mlspec-*.yml")))

    def _check_inputs(self) -> None:
        """act passes over an input that an action doesn't have."""
        for path in self._home.glob("*.yml"):
            for job in quick_yaml.load(path.read_text(encoding="utf-8"))["jobs"].values():
                for step in [s for s in job.get("steps", ()) if "uses" in s]:
                    action = (
                        ACTIONS
                        / re.sub(r"^(actions|forgejo)/|@.*", "", step["uses"].removeprefix("https://data.forgejo.org/"))
                        / "action.yml"
                    )
                    known = quick_yaml.load(action.read_text(encoding="utf-8"))["inputs"]
                    assert set(step.get("with", ())) <= set(known), f"{path.name}: {step}"

    def _options(self, facts: dict[str, Any], attempt: int) -> list[str]:
        pins = re.findall(
            r"((?:actions|forgejo)/([a-z-]+)@[\w.]+)",
            "".join(p.read_text() for p in self._home.glob("*.yml")),
        )
        stand_ins = [f"--local-repository={pin}={ACTIONS / name}" for pin, name in sorted(set(pins))]
        secrets = {} if facts.get("fork") else self.secrets | {"MLSPEC_APP_KEY": APP_KEY}
        token = FORK_TOKEN if facts.get("fork") else TOKEN
        variables = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": self.git.url,
            "GITHUB_API_URL": self.github.url,
            "GITHUB_REF": facts["ref"],
            "GITHUB_HEAD_REF": facts.get("head_ref", ""),
            "GITHUB_BASE_REF": facts.get("base_ref", ""),
            "GITHUB_RUN_ID": 4711,
            "GITHUB_RUN_ATTEMPT": attempt,
            "STAND_IN_ACTIONS": ACTIONS,
            "STAND_IN_PYTHON": BIN / "python",
            "STAND_IN_PIP": _pip_said(),
            "STAND_IN_ARTIFACTS": self.folder / "artifacts",
            "STAND_IN_NEVER": f"{TOKEN[:12]}|{FORK_TOKEN[:12]}|{APP_TOKEN[:12]}|{AS_GIT_SENDS_IT}",  # beginnings: act would mask the whole
            "DVC_NO_ANALYTICS": 1,
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "PIP_NO_INDEX": 1,  # the lock is empty: nothing is fetched
            "PIP_NO_WARN_CONFLICTS": 0,  # which is how pip is told not to look at each of this machine's packages
            **self.storage.variables,
            **self.extra,
        }
        quiet = ["--pull=false", "--action-offline-mode", "--no-skip-checkout", "--no-cache-server", "--rm", "-a", self.actor]
        runners = [word for label in ("ubuntu-latest", "self-hosted", "gpu") for word in ("-P", f"{label}=-self-hosted")]
        given = [word for name, value in {"GITHUB_TOKEN": token, **secrets}.items() for word in ("-s", f"{name}={value}")]
        return [*quiet, *runners, *given, *stand_ins, *(f"--env={name}={value}" for name, value in variables.items())]

    def _environment(self) -> dict[str, str]:
        dropped = ("GIT_", "PIP_", "PYTHONDONTWRITEBYTECODE", "AWS_")
        plain = {k: v for k, v in environment().items() if not k.startswith(dropped)}
        home = str(self.folder / "home")
        mine = {"HOME": home, "XDG_CACHE_HOME": f"{home}/.cache", "XDG_CONFIG_HOME": f"{home}/.config", "GIT_CONFIG_NOSYSTEM": "1"}
        return plain | mine
