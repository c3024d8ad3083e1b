"""A PostgreSQL server of the machine's package, in a folder of its own and on a free port; a database a test. Skipped where the package is missing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from support.ports import free_port

PASSWORD = "pa/ss@w:rd%7é"
"""Holds all that an address spells otherwise."""
USER = "loader"


@dataclass(frozen=True, slots=True)
class Database:
    """One database: `url` as users write it, and SQL by its owner."""

    port: int
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{self.name}"

    def connect(self) -> Any:
        """A connection of its own, whose statements are committed as they come."""
        import psycopg

        return psycopg.connect(host="127.0.0.1", port=self.port, dbname=self.name, user=USER, password=PASSWORD, autocommit=True)

    def run(self, *statements: str) -> list[Any]:
        """Run statements; gives the rows of the last one, if it has any."""
        with self.connect() as connection:
            for text in statements:
                cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []


def programs() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres_server() -> Iterator[int]:
    """Run a server; gives its port. It ends with the block, and nothing of it stays."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _somebody()
    try:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        for path in (folder, folder / "password"):
            if user is not None:
                os.chown(path, user.pw_uid, user.pw_gid)
        made = [*("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"), f"--username={USER}"]
        _run([bin_folder / "initdb", "-D", folder / "data", *made, f"--pwfile={folder / 'password'}"], user)
        port = free_port()
        with _started(bin_folder, folder, port, user):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> pwd.struct_passwd | None:
    """Whom to run it as: PostgreSQL refuses to be root's."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _run(command: list[Any], user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, cwd="/", timeout=120, **_as(user))
    assert done.returncode == 0, done.stdout + done.stderr


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


@contextmanager
def _started(bin_folder: Path, folder: Path, port: int, user: pwd.struct_passwd | None) -> Iterator[None]:
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off", "max_connections": 20}
    given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    log = folder / "log"
    with log.open("wb") as out:
        command = [str(bin_folder / "postgres"), "-D", str(folder / "data"), *given]
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", preexec_fn=_end_with_us, **_as(user))  # noqa: PLW1509 - one call of C
        try:
            _wait(port, server, log)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # which ends sessions; SIGTERM waits for them
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(20)


def _end_with_us() -> None:
    """Have the kernel end the server with the process that started it, however that ends. Linux alone can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _wait(port: int, server: subprocess.Popen[Any], log: Path) -> None:
    import psycopg

    end = time.monotonic() + 60
    while True:
        try:
            Database(port, "postgres").connect().close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.1)
        else:
            return
