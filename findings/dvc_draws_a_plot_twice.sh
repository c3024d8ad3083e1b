#!/usr/bin/env bash
# Good guess: a file that a stage lists under `plots:` and that the top-level `plots:` of the same dvc.yaml describes (axes, title, template)
#             is drawn once, as described.
# Seen:       it is drawn twice: once as described, and once more with default axes (the last column against the row's number), under the
#             same path. Listed under the stage's `outs:` instead, it is drawn once. The lock file is the same either way.
# Versions:   DVC 3.67.1, dvc-render 1.0.2.
# Source:     DVC's page on `plots` describes both places, and not what the two together do; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1 DVC_NO_ANALYTICS=1
python3 -m venv venv && venv/bin/pip install -q 'dvc==3.67.1' 'dvc-render==1.0.2' >/dev/null
export PATH="$work/venv/bin:$PATH"
mkdir project && cd project && git init -q . && dvc init -q
drawn() {
  cat > dvc.yaml <<YAML
stages:
  measure:
    cmd: printf 'x,y\n1,2\n2,4\n' > points.csv
    $1:
      - points.csv:
          cache: false
plots:
  - points.csv:
      x: x
      y: y
      title: As described
      template: scatter
YAML
  dvc repro -q 2>/dev/null
  dvc plots show --json 2>/dev/null | python3 -c 'import json, sys; print(sum(len(v) for v in json.load(sys.stdin)["data"].values()))'
}
twice=$(drawn plots); lock=$(md5sum < dvc.lock); once=$(drawn outs)
echo "under the stage's plots: drawn $twice times; under its outs: $once; lock file $([ "$lock" = "$(md5sum < dvc.lock)" ] && echo unchanged || echo changed)"
[ "$twice" = 2 ] && [ "$once" = 1 ]
