"""Records of earlier outcomes in `.mlspec/cache/memory/`: plain JSON under a keyed digest, whole or not there.

A record can come from anybody, by a checkout say. It is read only where its digest was made with the key of this machine's user, which no
repository holds; and it is JSON, so that no byte of it can become more than text, numbers and lists. Anything else is a miss: a record that
was cut, of another version, or by another user. A folder that can't be written, and a user without a home, mean that nothing is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import CACHE

FOLDER = f"{CACHE}/memory"
KEPT = 8
"""So many records are kept, the newest: one a verb and a choice of lint rules."""
MAX_BYTES = 128 << 20
"""A larger record is not kept: about 25,000 models."""
_HEAD = b"mlspec memory 1 "
_KEY_BYTES = 32
_PREFIX = ".mlspec-memory-"


def load(root: Path, name: str) -> dict[str, Any] | None:
    """The record of that name; None where there is none to be trusted."""
    key = _key(make=False)
    content = _read(root, name) if key else None
    if key is None or content is None:
        return None
    head, _, body = content.partition(b"\n")
    if head != _HEAD + _sign(key, name, body):
        return None
    try:
        form = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def save(root: Path, name: str, form: dict[str, Any]) -> None:
    """Keep a record, if that can be done; a reader sees the old one or the new one. The oldest beyond `KEPT` go.

    What `json` can't write is a bug of ours, and no reason to fail a verb that is done: nothing is kept.
    """
    with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
        key = _key(make=True)
        folder = _folder(root) if key else None
        if key is None or folder is None:
            return
        body = json.dumps(form, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
        if len(body) <= MAX_BYTES:
            _write(folder / f"{name}.json", _HEAD + _sign(key, name, body) + b"\n" + body)
            _tidy(folder)


def _sign(key: bytes, name: str, body: bytes) -> bytes:
    return blake2b(name.encode() + b"\0" + body, key=key, digest_size=32).hexdigest().encode()


def _read(root: Path, name: str) -> bytes | None:
    """A plain file inside the project, and no larger than one that is kept: a link or a pipe is none."""
    path = root / FOLDER / f"{name}.json"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle
        found = os.fstat(handle)
        return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES + 200 else None


def _folder(root: Path) -> Path | None:
    """The folder, made and kept out of Git where it is not there; None where a link leads out of the project."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if folder.resolve() != root.resolve() / FOLDER:
        return None
    ignore = folder / ".gitignore"
    if not ignore.exists():
        _write(ignore, b"*\n")
    return folder


def _write(target: Path, content: bytes) -> None:
    """By a name of its own and a rename: of runs at one time the last one's record stays, and each is whole."""
    from mlspec.diagnostics.atomic import replace_file

    replace_file(target, content, prefix=_PREFIX, durable=False)


def _tidy(folder: Path) -> None:
    """Keep the newest records, and nothing that a killed run left a day ago or longer."""
    found = sorted(((e.stat(follow_symlinks=False).st_mtime, e.path) for e in os.scandir(folder) if e.name.endswith(".json")), reverse=True)
    newest = found[0][0] if found else 0.0
    left = [e.path for e in os.scandir(folder) if e.name.startswith(_PREFIX) and e.stat(follow_symlinks=False).st_mtime < newest - 86_400]
    for path in (*(path for _, path in found[KEPT:]), *left):
        os.unlink(path)  # noqa: PTH108 - paths of scandir


def _key(*, make: bool) -> bytes | None:
    """32 random bytes of this user's, which nobody else can write; None where there are none."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118 - start-up
    path = os.path.join(home, "mlspec", "memory.key")  # noqa: PTH118
    if not os.path.isabs(path):  # noqa: PTH117 - no home
        return None
    found = _read_key(path)
    if found is None and make:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        with contextlib.suppress(FileExistsError):
            _make_key(path)
        found = _read_key(path)
    return found


def _read_key(path: str) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        found = os.fstat(handle)
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        content = os.read(handle, _KEY_BYTES + 1) if ours else b""
    finally:
        os.close(handle)
    return content if len(content) == _KEY_BYTES else None


def _make_key(path: str) -> None:
    """Whole from the start: written beside, and linked to its name, which fails where another run was first."""
    beside = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, os.urandom(_KEY_BYTES))
        os.close(handle)
        os.link(beside, path)
    finally:
        os.unlink(beside)  # noqa: PTH108 - start-up
