"""Training by a program: it runs in a room of what it declares; what it leaves becomes the model's folder, whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import new_folder, to_json
from mlspec.diagnostics.words import some
from mlspec.runtime.artifact import MODEL, SIGNATURE, SMOKE, opened_files
from mlspec.runtime.context import Context
from mlspec.runtime.inputs import prepare
from mlspec.runtime.program import answering, live, told
from mlspec.runtime.program.onnx import GRAPH
from mlspec.runtime.program.rows import table_of, target_column, write_rows
from mlspec.runtime.signature import Signature, foreign_libraries
from mlspec.runtime.step import outputs
from mlspec.runtime.step.program import Program, run_program
from mlspec.runtime.step.room import Room, opened
from mlspec.runtime.step.told import failed, require_no_undeclared
from mlspec.runtime.train.features import signature_of
from mlspec.runtime.train.fit import target_values

if TYPE_CHECKING:
    import pandas as pd

OUTPUT = "mlspec-output"
SIX_HOURS = 6 * 3600.0


def train_program(root: Path, params: Mapping[str, Any], rows: pd.DataFrame, folder: Path, seconds: float | None = None) -> Signature:
    """Run the program of the section `command`, and write the model's folder.

    With `live`, also what DVCLive wrote, beside it. Raises MLS0603 to MLS0609 and MLS0634 as a step does, MLS0667 for what is no model
    of the kind that was declared, MLS0669 and MLS0668 where that does not answer the training rows as it must.
    """
    section, signature = params["command"], signature_of(params, rows)
    with tempfile.TemporaryDirectory(prefix="mlspec-train-", ignore_cleanup_errors=True) as name:
        context = Context("train", root, Path(name).resolve(), _of_room(section, params["seed"]))
        with opened(context, [root]) as room:
            given = _given(room, signature, params, rows)
            output = room.base / OUTPUT
            output.mkdir()
            environment = told.training(context.params, room, signature, given, output)
            ended = run_program(Program(section["argv"], room, environment, seconds or SIX_HOURS, network=bool(section.get("network"))))
            if not ended.is_well:
                raise failed(context, context.params, room, ended)
            _require_declared(room, section)
            require_no_undeclared(context, context.params, room, ended)
            if section.get("live"):
                live.keep(room.base, folder.parent / "live.json", folder.parent / "live")
            return _keep(root, section, signature, output, folder, rows)


def _of_room(section: Mapping[str, Any], seed: int) -> dict[str, Any]:
    own = {name: section[name] for name in ("argv", "code", "inputs", "params", "threads")}
    written = [OUTPUT, *([live.FOLDER] if section.get("live") else [])]
    return {**own, "outputs": written, "seed": seed, "under": "spec.command", "who": "the model"}


def _given(room: Room, signature: Signature, params: Mapping[str, Any], rows: pd.DataFrame) -> Path:
    """The training rows as the program reads them: features as they will be when it is asked, and the target last."""
    table = table_of(signature, prepare(signature, rows))
    table = table.append_column(signature.target, target_column(target_values(params, rows)))
    path = room.temporary / f"train.{params['command']['rows']}"
    write_rows(table, path, params["command"]["rows"])
    return path


def _require_declared(room: Room, section: Mapping[str, Any]) -> None:
    """DVCLive's own `dvc.yaml` is nobody's: ours says which files are plots."""
    if section.get("live"):
        (room.base / "dvc.yaml").unlink(missing_ok=True)
    elif (room.base / live.FOLDER).is_dir():
        message = f"the program wrote `{live.FOLDER}/`, which it does not declare"
        raise problem("MLS0609", message, help="add `live: true` under `command`: its numbers become metrics and plots")
    outputs.require_declared(room)


def _keep(root: Path, section: Mapping[str, Any], signature: Signature, output: Path, folder: Path, rows: pd.DataFrame) -> Signature:
    from mlspec.runtime.train.folder import smoke, write_model

    kind = section["leaves"]
    left = _left(output)
    if kind == "program":
        with new_folder(folder) as new:
            artifact = answering.pack(root, section, output if left else None, new)
            return _finish(new, signature.of(artifact, foreign_libraries(artifact)), rows, smoke)
    name = GRAPH if kind == "onnx" else MODEL
    _require_model(name, left)
    if kind == "joblib":
        fitted = opened_files({MODEL: (output / MODEL).read_bytes()}, signature, folder)
        if not callable(getattr(fitted, "predict", None)):
            raise problem("MLS0667", f"`{MODEL}` holds {type(fitted).__name__}, which has no `predict`", help="dump the fitted pipeline")
        with new_folder(folder) as new:
            write_model(new, fitted, signature, rows)
        return signature
    with new_folder(folder) as new:
        for path in left:
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(output / path, new / path)  # the room may stand on another disk
        artifact = {"kind": "onnx"}
        return _finish(new, signature.of(artifact, foreign_libraries(artifact)), rows, smoke)


def _finish(new: Path, signature: Signature, rows: pd.DataFrame, smoke: Any) -> Signature:
    """Ask the model for some training rows: it must answer as its signature says."""
    files = {p.relative_to(new).as_posix(): p.read_bytes() for p in sorted(new.rglob("*")) if p.is_file()}
    model = opened_files(files, signature, new)
    golden = smoke(model, signature, rows)
    if signature.artifact and signature.artifact["kind"] == "program" and signature.classes is not None:
        signature = signature.of({**signature.artifact, "shares": model.answers(prepare(signature, rows.head(1)))[1] is not None})
    (new / SIGNATURE).write_text(to_json(signature.to_json()), encoding="utf-8", newline="\n")
    (new / SMOKE).write_text(json.dumps(golden, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return signature


def _left(output: Path) -> list[str]:
    """All files that it left, plain ones with plain rights. Raises MLS0634 for links and the like."""
    if not any(output.iterdir()):
        return []
    outputs.describe(output.parent, output.name)
    return sorted(p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file())


def _require_model(name: str, left: list[str]) -> None:
    if name in left:
        foreign = [path for path in left if path in (MODEL, GRAPH, SIGNATURE, SMOKE) and path != name]
        others = [path for path in left if path != name] if name == MODEL else foreign
        if others:
            message = f"the program left {some([f'`{p}`' for p in others], 5)} beside `{name}`"
            raise problem("MLS0609", message, help="let it write temporary files to the folder that TMPDIR names")
        return
    other = GRAPH if name == MODEL else MODEL
    if other in left:
        advice = f"write `artifact: {'onnx' if other == GRAPH else 'joblib'}` under `command`"
    else:
        advice = f"let it write `{name}` to the folder in MLSPEC_OUTPUT; or say what it leaves: `artifact`, or `predict`"
    found = f"it left {some([f'`{p}`' for p in left], 5)}" if left else "it left nothing"
    raise problem("MLS0667", f"the program ended well, and wrote no `{name}`: {found}", help=advice)
