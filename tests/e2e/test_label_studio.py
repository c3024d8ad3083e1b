"""Tasks with pre-annotations fit a labelling configuration: judged by Label Studio's own library, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.label_world import task as exported

from mlspec.gates.labelling.tasks import Control, task

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SDK = "label-studio-sdk==2.1.2"
ASK = """
import json, sys
from label_studio_sdk.label_interface import LabelInterface
config = '''<View><Text name="text" value="$text"/>
<Choices name="topic" toName="text" choice="multiple"><Choice value="billing"/><Choice value="login"/></Choices>
<Rating name="stars" toName="text" maxRating="5"/><Number name="hours" toName="text"/></View>'''
interface, tasks = LabelInterface(config), json.load(open(sys.argv[1]))
told = [[interface.validate_task({"data": t["data"]}), *(interface.validate_prediction(p, return_errors=True) for p in t["predictions"])] for t in tasks]
print(json.dumps(told))
"""
CONTROLS = [
    ("billing", Control("topic", "text", "choices")),
    ("billing|login", Control("topic", "text", "choices")),
    (4, Control("stars", "text", "rating")),
    (2.5, Control("hours", "text", "number")),
    ("nonsense", Control("topic", "text", "choices")),
]


def test_label_studio_takes_them(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    installed = subprocess.run([tmp_path / "venv/bin/pip", "install", "--quiet", SDK], check=False, capture_output=True, text=True)
    if installed.returncode:
        pytest.skip(f"{SDK} can't be installed here")
    data = exported(7, ())["data"]
    (tmp_path / "tasks.json").write_text(json.dumps([task(data, label, 0.75, "topics 01", control) for label, control in CONTROLS]))
    asked = subprocess.run(
        [tmp_path / "venv/bin/python", "-c", ASK, "tasks.json"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    *good, bad = json.loads(asked.stdout.splitlines()[-1])
    assert good == [[True, []]] * 4
    assert "valid labels: ['billing', 'login']" in bad[1][0]
