"""Does what actions/checkout does with the inputs of its action.yml: what is fetched, under which names, and what is forgotten again.

As there, a sparse checkout fetches no file that it does not write (`blob:none`): a later `git show` of another one needs a token.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

INPUTS = json.loads(os.environ["INPUTS"])
SERVER, SLUG = os.environ["GITHUB_SERVER_URL"], os.environ["GITHUB_REPOSITORY"]
FOLDER = Path(INPUTS["path"])


def credentials() -> dict[str, str]:
    """Git's settings for this process and its children alone: the token stands in no file and no argument."""
    words = base64.b64encode(f"x-access-token:{INPUTS['token']}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{SERVER}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {words}",
        "GIT_TERMINAL_PROMPT": "0",
    }


def git(*words: str, check: bool = True) -> str:
    done = subprocess.run(["git", *words], cwd=FOLDER, env=os.environ | credentials(), capture_output=True, text=True, check=False)
    if check and done.returncode:
        sys.exit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else ""


def wanted() -> tuple[str, str]:
    """The ref and the commit that are asked for, either may be ""."""
    given = INPUTS["ref"]
    if not given:
        return os.environ["EVENT_REF"], os.environ["EVENT_COMMIT"]
    return ("", given) if re.fullmatch(r"[0-9a-fA-F]{40}", given) else (given, "")


def remote_name(ref: str) -> str:
    """Where the ref is kept in the clone; "" for a ref whose kind is not known yet."""
    for kind, name in (("refs/heads/", "refs/remotes/origin/"), ("refs/pull/", "refs/remotes/pull/"), ("refs/tags/", "refs/tags/")):
        if ref.startswith(kind):
            return name + ref.removeprefix(kind)
    return ""


def one_ref(ref: str, commit: str) -> list[str]:
    """What to fetch for this ref and commit alone."""
    if name := remote_name(ref):
        return [f"+{commit or ref}:{name}"]
    return [commit] if commit else [f"+refs/heads/{ref}*:refs/remotes/origin/{ref}*", f"+refs/tags/{ref}*:refs/tags/{ref}*"]


def fetch(ref: str, commit: str) -> None:
    sparse = INPUTS["filter"] or ("blob:none" if INPUTS["sparse-checkout"].strip() else "")
    words = ["fetch", "--quiet", "--no-tags", "--prune", *([f"--filter={sparse}"] if sparse else [])]
    depth = int(INPUTS["fetch-depth"])
    if depth:
        git(*words, f"--depth={depth}", "origin", *one_ref(ref, commit))
        return
    everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
    pull = one_ref(ref, commit) if ref.startswith("refs/pull/") else []
    git(*words, "origin", *everything, *pull)
    name = remote_name(ref) or commit
    if commit and git("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}", check=False) != commit:
        git(*words, "origin", *one_ref(ref, commit))


def sparse_checkout() -> None:
    patterns = [line for line in INPUTS["sparse-checkout"].splitlines() if line]
    if not any(p.strip() for p in patterns):
        return
    if INPUTS["sparse-checkout-cone-mode"] == "true":
        git("sparse-checkout", "set", *patterns)
        return
    git("config", "core.sparseCheckout", "true")
    (FOLDER / ".git/info/sparse-checkout").write_text("\n" + "\n".join(patterns) + "\n", encoding="utf-8")


def check_out(ref: str, commit: str) -> None:
    name = remote_name(ref)
    if not ref:
        git("checkout", "--quiet", "--force", commit)
    elif name.startswith("refs/remotes/origin/"):
        git("checkout", "--quiet", "--force", "-B", ref.removeprefix("refs/heads/"), name)
    elif name:
        git("checkout", "--quiet", "--force", "--detach", name)
    elif git("rev-parse", "--quiet", "--verify", f"refs/remotes/origin/{ref}", check=False):
        git("checkout", "--quiet", "--force", "-B", ref, f"refs/remotes/origin/{ref}")
    elif git("rev-parse", "--quiet", "--verify", f"refs/tags/{ref}", check=False):
        git("checkout", "--quiet", "--force", "--detach", f"refs/tags/{ref}")
    else:
        sys.exit(f"A branch or tag with the name '{ref}' could not be found")


def main() -> None:
    if INPUTS["persist-credentials"] != "false":
        sys.exit("no generated workflow may leave its token in .git/config")
    FOLDER.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", ".")
    git("remote", "add", "origin", f"{SERVER}/{SLUG}")
    ref, commit = wanted()
    fetch(ref, commit)
    sparse_checkout()
    check_out(ref, commit)
    print("checked out", git("rev-parse", "HEAD"), "of", ref or "no ref")


main()
