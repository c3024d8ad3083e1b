"""Digests of files and folders, and loading of model folders: no byte is unpickled before its digest is compared."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.runtime.signature import Signature, others

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.runtime.predict import Predictions

MODEL, SIGNATURE, SMOKE = "model.joblib", "signature.json", "smoke.json"
FILES_OF: Mapping[str, tuple[str, ...]] = {"joblib": (MODEL,), "onnx": ("model.onnx",)}
"""What a model's folder must hold, by its kind, beside signature and golden rows."""
FACTS, ARRAYS = "compiled.json", "compiled.bin"
"""What a compiled model answers from, where it can be kept (see `runtime.compiled.kept`)."""
_CHUNK = 1 << 20


class Sealed:
    """A pickled estimator whose bytes were verified, and which is read when somebody asks for it: then its libraries are imported.

    `check`: called before that; it raises where what was true when the bytes were verified is not any more.
    """

    def __init__(self, data: bytes, signature: Signature, opener: Callable[[], Any] | None = None) -> None:
        self._open: Callable[[], Any] | None = opener or (lambda: _unpickle(data, signature))
        self._estimator: Any = None
        self._lock = threading.Lock()
        self.check: Callable[[], None] | None = None

    @property
    def is_open(self) -> bool:
        return self._open is None

    def open(self) -> Any:
        """The estimator, read once, whoever asks first. Raises MLS0662 when it won't load."""
        with self._lock:
            if self._open is not None:
                if self.check:
                    self.check()
                self._estimator = self._open()
                self._open = None
            return self._estimator


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model whose bytes were verified. `smoke`: `{"inputs": [{feature: value}], "outputs": [prediction]}`.

    `held`: the estimator, or its sealed bytes. `form`: the files of `runtime.compiled.kept`, where its folder has them. `memo`: what was
    made of the model in this process, for `runtime.compiled.choose`.
    """

    held: Any
    signature: Signature
    smoke: Mapping[str, Any]
    digest: str
    form: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def estimator(self) -> Any:
        """The estimator; one that is sealed is opened for it. Raises MLS0662 when it won't load."""
        return opened(self.held)

    def predict(self, frame: pd.DataFrame) -> Predictions:
        """The model's answers, row by row, for a frame that holds at least the signature's features. Raises as `predict.predict` does."""
        from mlspec.runtime.predict import predict

        return predict(self, frame)

    def __repr__(self) -> str:
        return f"<LoadedModel {type(self.held).__name__}, {self.digest}>"


def opened(held: Any) -> Any:
    """An estimator, sealed or not."""
    return held.open() if isinstance(held, Sealed) else held


def digest_file(path: Path) -> str:
    """Return `sha256:<hex>` of a file's bytes."""
    return f"sha256:{_file_hex(path)}"


def digest_folder(path: Path) -> str:
    """Return `sha256:<hex>` over the lines `<sha256 hex>  <path>` (each ended by LF) of a folder's files, sorted by path.

    Raises MLS0661 when the folder is missing or empty, or holds a link to a folder or a file that is no regular one.
    """
    return combine(file_digests(path))


def file_digests(folder: Path) -> dict[str, str]:
    """Return {path in the folder: sha256 hex} of every file. Raises MLS0661 as `digest_folder` does."""
    return {name: _file_hex(file) for name, file in _files(Path(folder)).items()}


def load_model(folder: Path, expected_digest: str, *, sealed: bool = False) -> LoadedModel:
    """Return the model in `folder` if its bytes have `expected_digest` (`sha256:<hex>`). `sealed`: its estimator is read when it is needed.

    The bytes are read once: what was compared is what is unpickled. A model made by user code needs the repository's root on
    `sys.path` (`mlspec.runtime.context.add_root`). Raises MLS0660 (other bytes), MLS0661 (not a model folder), MLS0662 (won't load).
    """
    contents = {name: file.read_bytes() for name, file in _files(Path(folder)).items()}
    found = combine({name: hashlib.sha256(data).hexdigest() for name, data in contents.items()})
    if found != expected_digest:
        raise problem(
            "MLS0660",
            f"the model in {Path(folder).name}/ is not the one that was approved: expected {expected_digest}, found {found}",
            help="fetch it again (`dvc pull`, `dvc checkout`); if it was retrained on purpose, promote the new version",
        )
    return _unpack(contents, found, Path(folder), sealed=sealed)


def _unpack(contents: Mapping[str, bytes], digest: str, place: Path, *, sealed: bool) -> LoadedModel:
    folder = place.name
    _require(contents, (SIGNATURE, SMOKE), folder)
    try:
        signature = Signature.from_json(json.loads(contents[SIGNATURE]))
        smoke = json.loads(contents[SMOKE])
    except (ValueError, KeyError, TypeError) as error:
        raise problem("MLS0661", f"{folder}/{SIGNATURE} can't be read: {error!r}", help="run the train stage again") from error
    _require(contents, FILES_OF.get(kind_of(signature), ()), folder)
    held = Sealed(b"", signature, lambda: opened_files(contents, signature, place)) if sealed else opened_files(contents, signature, place)
    return LoadedModel(held, signature, smoke, digest, {name: contents[name] for name in (FACTS, ARRAYS) if name in contents})


def _require(contents: Mapping[str, bytes], names: Sequence[str], folder: str) -> None:
    if missing := [name for name in names if name not in contents]:
        raise problem("MLS0661", f"{folder}/ lacks {', '.join(missing)}", help="run the train stage again")


def kind_of(signature: Signature) -> str:
    """What a model is: joblib, onnx or program."""
    return str(signature.artifact.get("kind")) if signature.artifact is not None else "joblib"


def opened_files(contents: Mapping[str, bytes], signature: Signature, folder: Path) -> Any:
    """What answers, of a folder's files, whose bytes were compared. Raises MLS0661, MLS0662 and MLS0669.

    Only of a joblib model is anything unpickled.
    """
    match kind_of(signature):
        case "joblib":
            return _unpickle(contents[MODEL], signature)
        case "onnx":
            from mlspec.runtime.program.onnx import OnnxModel

            return OnnxModel({name: data for name, data in contents.items() if name not in (SIGNATURE, SMOKE)}, signature)
        case "program":
            from mlspec.runtime.program.answering import ProgramModel, holes_of

            return ProgramModel(contents, signature, holes_of(folder))
        case other:
            raise problem("MLS0661", f"{folder.name}/ is of a kind that is not known here: {other}", help="use the mlspec that trained it")


def _unpickle(data: bytes, signature: Signature) -> Any:
    import joblib

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other versions are told from the signature, in the diagnostic below
            return joblib.load(io.BytesIO(data))
    except Exception as error:
        raise problem(
            "MLS0662", f"the model can't be loaded: {type(error).__name__}: {error}", help=_load_help(error, signature)
        ) from error


def _load_help(error: Exception, signature: Signature) -> str:
    if other := others(signature):
        return f"it was trained with {' and '.join(other)}: install the versions of its lock file, or train it again"
    if isinstance(error, (ImportError, AttributeError)):
        return "the code it was trained with is not here: check out its commit, or put the module back"
    return "train it again; its pickled form is broken"


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise problem("MLS0661", f"there is no folder {folder.name}/", help="run `dvc repro`, or `dvc pull`")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        if not path.is_file():  # follows DVC's own links to cached files
            raise problem("MLS0661", f"{folder.name}/{path.name} is not a regular file", help="run the train stage again")
        found[path.relative_to(folder).as_posix()] = path
    if not found:
        raise problem("MLS0661", f"{folder.name}/ is empty", help="run `dvc repro`, or `dvc pull`")
    return found


def _file_hex(path: Path) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def combine(hexes: Mapping[str, str]) -> str:
    """The digest of a folder, from the sha256 (hex) of each of its files by path."""
    lines = "".join(f"{hexes[name]}  {name}\n" for name in sorted(hexes))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
