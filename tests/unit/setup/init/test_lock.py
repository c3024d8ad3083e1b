from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from mlspec.adapters.requirements.lock_file import read_lock
from mlspec.setup.init import lock

WHEEL = "https://example.org/w/mlspec_gitops-0.1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("installed_from", "line"),
    [
        ({"url": WHEEL, "archive_info": {}}, f"mlspec-gitops[local] @ {WHEEL}"),
        ({"url": "file:///home/ada/mlspec", "dir_info": {"editable": True}}, "mlspec-gitops[local]==0.1.0"),
        ({"url": "file:///home/ada/mlspec_gitops-0.1.0-py3-none-any.whl", "archive_info": {}}, "mlspec-gitops[local]==0.1.0"),
        ({"url": WHEEL.replace("//", "//ada:hunter2@"), "archive_info": {}}, "mlspec-gitops[local]==0.1.0"),
        (None, "mlspec-gitops[local]==0.1.0"),
    ],
)
def test_requirements_name_mlspec_where_others_reach_it_and_no_place_of_this_machine(
    installed_from: object, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = None if installed_from is None else json.dumps(installed_from)
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: SimpleNamespace(read_text=lambda _: text))
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.1.0")
    assert "mlspec-gitops[local,xlsx]" in lock.first_requirements("xlsx") and "openpyxl==" in lock.first_lock("xlsx")
    found = lock.first_requirements()
    assert "openpyxl" not in found
    assert line in found.splitlines()
    assert ("make wheel" in found) == ("@" not in line)
    assert "ada" not in found
    assert {"mlspec-gitops", *lock.DECIDING} == {one.name for one in read_lock(found.encode())}
