#!/usr/bin/env bash
# Good guess: `remote.push("<commit id>:refs/heads/x")` returns one PushInfo, as `remote.push("main:refs/heads/x")` does; and the documentation says
#             that an empty list means a push that failed as a whole.
# Seen:       the branch is there on the remote, the list that comes back is empty, and its `.error` is None. By the branch's name: one PushInfo.
# Versions:   GitPython 3.2.1, with git 2.39.
# Source:     Remote.push's documentation tells of the empty list as of a failure; that a push by id gives one is not found there; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1 HOME="$work" GIT_CONFIG_NOSYSTEM=1
python3 -m venv venv && venv/bin/pip install -q 'GitPython==3.2.1' >/dev/null
git init -q --bare far.git && git init -q -b main near
git -C near -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one
git -C near remote add origin "$work/far.git"
cat > ask.py <<'PY'
import git

repo = git.Repo("near")
by_id = repo.remote("origin").push(f"{repo.head.commit.hexsha}:refs/heads/by-id")
by_name = repo.remote("origin").push("main:refs/heads/by-name")
print(len(by_id), by_id.error, len(by_name))
PY
seen="$(venv/bin/python ask.py); $(git -C far.git for-each-ref --format='%(refname:short)' | tr '\n' ' ')"
echo "pushed by id, error, by name; on the remote: $seen"
[ "$seen" = "0 None 1; by-id by-name " ]
