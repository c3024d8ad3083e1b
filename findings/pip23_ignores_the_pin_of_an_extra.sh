#!/usr/bin/env bash
# Good guess: a lock file that is complete and hashed installs the same with any pip that knows `--require-hashes`.
# Seen:       pip 23.2.1 refuses it as soon as one package asks for another *with an extra* and a release newer than that one's pin is on the
#             index: it takes the newest release for `name[extra]`, finds no hash for it, and says that a requirement is not pinned. pip 24.0
#             installs the same file. `--no-deps` installs it with both.
# Versions:   pip 23.2.1 and 24.0; pydantic 2.11.7 locked, pydantic[email] asked for by sigstore-rekor-types 0.0.18.
# Source:     not found in pip's documentation of secure installs; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv old && old/bin/pip install -q 'pip==23.2.1' >/dev/null
python3 -m venv new && new/bin/pip install -q 'pip==24.0' >/dev/null
cat > wanted.in <<'LIST'
sigstore-rekor-types==0.0.18
pydantic[email]==2.11.7
LIST
# The whole closure, pinned and hashed, made by a tool that writes such locks.
new/bin/pip install -q 'uv==0.9.13' >/dev/null
new/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --strip-extras wanted.in -o lock.txt >/dev/null
install() { "$1/bin/python" -m pip install -q --dry-run --require-hashes "${@:2}" -r lock.txt >"$1.log" 2>&1 && echo installs || echo refuses; }
seen="pip 23.2.1: $(install old); pip 23.2.1 --no-deps: $(install old --no-deps); pip 24.0: $(install new)"
echo "$seen"
grep -ho 'all requirements must have their versions pinned[^.]*' old.log | head -1 || true
[ "$seen" = "pip 23.2.1: refuses; pip 23.2.1 --no-deps: installs; pip 24.0: installs" ]
