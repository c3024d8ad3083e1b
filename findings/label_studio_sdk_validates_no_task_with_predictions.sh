#!/usr/bin/env bash
# Good guess: LabelInterface.validate_task(task) says whether a task with pre-annotations fits a labelling configuration.
# Seen:       a task with a key `predictions` ends in a TypeError, since the method calls validate_prediction() without one; a task with `annotations`
#             likewise. Each prediction by itself is validated as documented, and so is a task of `data` alone.
# Versions:   label-studio-sdk 2.1.2.
# Source:     nothing was found of it; the reference of the method names no such limit.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'label-studio-sdk==2.1.2' >/dev/null 2>&1
cat > ask.py <<'PY'
from label_studio_sdk.label_interface import LabelInterface

config = '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="a"/><Choice value="b"/></Choices></View>'
made = {"result": [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["a"]}}]}


def asked(task):
    try:
        return LabelInterface(config).validate_task(task)
    except TypeError:
        return "TypeError"


data = {"data": {"text": "x"}}
print(asked(data), asked(data | {"predictions": [made]}), asked(data | {"annotations": [made]}), LabelInterface(config).validate_prediction(made))
PY
seen=$(venv/bin/python ask.py)
echo "data alone, with predictions, with annotations, a prediction: $seen"
[ "$seen" = "True TypeError TypeError True" ]
