"""A MariaDB server of the machine's package, in a folder of its own and on a free port; a database a test. Skipped where the package is missing."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
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
from support.postgres_server import PASSWORD, USER


@dataclass(frozen=True, slots=True)
class MySql:
    """One database: `url` as users write it, and SQL by its owner."""

    port: int
    name: str

    @property
    def url(self) -> str:
        return f"mysql+pymysql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{self.name}"

    def run(self, *statements: str) -> list[Any]:
        """Run statements, each committed; gives the rows of the last one."""
        import pymysql

        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD.encode(), database=self.name, autocommit=True, charset="utf8mb4"
        )
        with connection, connection.cursor() as cursor:
            for text in statements:
                cursor.execute(text)
            return list(cursor.fetchall())


@contextmanager
def mysql_server() -> Iterator[int]:
    """Run a server; gives its port. It ends with the block, and nothing of it stays."""
    server, install = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin"), shutil.which("mariadb-install-db")
    if server is None or install is None:
        pytest.skip("MariaDB is not installed (Debian: mariadb-server)")
    pytest.importorskip("pymysql")
    folder = Path(tempfile.mkdtemp(prefix="my-"))
    try:
        user = _user(folder)
        made = ["--no-defaults", f"--datadir={folder / 'data'}", "--auth-root-authentication-method=normal", "--skip-test-db", *user]
        subprocess.run([install, *made], check=True, capture_output=True, timeout=120, env=os.environ | {"TMPDIR": str(folder)})
        (folder / "first.sql").write_text(
            f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO '{USER}'@'%';\nCREATE DATABASE first;\n", "utf-8"
        )
        port = free_port()
        with _started(
            [server, "--no-defaults", f"--datadir={folder / 'data'}", f"--init-file={folder / 'first.sql'}", *user], folder, port
        ):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user(folder: Path) -> list[str]:
    """Whom to run it as: MariaDB asks root for another."""
    if os.geteuid() != 0:
        return [f"--user={getpass.getuser()}"]
    try:
        user = pwd.getpwnam("mysql")
    except KeyError:
        user = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    (folder / "data").mkdir()
    os.chown(folder, user.pw_uid, user.pw_gid)
    os.chown(folder / "data", user.pw_uid, user.pw_gid)
    return [f"--user={user.pw_name}"]


@contextmanager
def _started(command: list[str], folder: Path, port: int) -> Iterator[None]:
    small = [f"--tmpdir={folder}", "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"]
    where = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}"]
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen([*command, *where, *small], stdout=out, stderr=out, cwd="/")
        try:
            _wait(port, server, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(20)


def _wait(port: int, server: subprocess.Popen[Any], log: Path) -> None:
    import pymysql

    end = time.monotonic() + 60
    while True:
        try:
            MySql(port, "first").run("SELECT 1")
        except pymysql.MySQLError:
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.1)
        else:
            return
