#!/usr/bin/env bash
# Good guess: `dvc.repo.Repo(PATH)` is the project at PATH, so its `reproduce()` works the same wherever the calling program stands.
# Seen:       the stage's command runs, in its own folder, and writes its output; then recording it fails, since the run-cache makes a stage
#             object in the program's current folder: StagePathOutsideError, "is outside of DVC repo". No dvc.lock is written, so that the next
#             call runs the stage again. The same call from inside the project is recorded. `status()` works from anywhere.
# Versions:   DVC 3.67.1.
# Source:     https://dvc.org/doc/api-reference says nothing of the current folder; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1 DVC_NO_ANALYTICS=1
python3 -m venv venv && venv/bin/pip install -q 'dvc==3.67.1' >/dev/null
export PATH="$work/venv/bin:$PATH"
mkdir project elsewhere
(cd project && git init -q . && dvc init -q && cat > dvc.yaml <<'YAML'
stages:
  greet:
    cmd: echo ran >> ../runs.txt && cat name.txt > greeting.txt
    deps: [name.txt]
    outs: [greeting.txt]
YAML
echo Ada > name.txt)
ask() {
  (cd "$1" && python - "$work/project" <<'PY'
import sys
from dvc.repo import Repo

try:
    with Repo(sys.argv[1]) as repo:
        repo.reproduce(targets=[f"{sys.argv[1]}/dvc.yaml:greet"])
    print("recorded")
except Exception as error:
    causes = []
    while error is not None:
        causes.append(type(error).__name__)
        error = error.__cause__
    print(" <- ".join(causes))
PY
  ) 2>/dev/null | tail -1
}
outside=$(ask "$work/elsewhere"); [ -e project/dvc.lock ] && lock=there || lock=missing
again=$(ask "$work/elsewhere"); runs=$(wc -l < runs.txt)
inside=$(ask "$work/project")
echo "from another folder: $outside, dvc.lock $lock; again: $again, the command ran $runs times; from inside: $inside"
case "$outside" in *StagePathOutsideError*) ;; *) exit 1 ;; esac
[ "$lock" = missing ] && [ "$runs" = 2 ] && [ "$inside" = recorded ]
