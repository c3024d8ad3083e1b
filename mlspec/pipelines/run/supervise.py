"""Runs a command and ends its whole process group when the parent goes, however the parent goes.

Started by path as a process of its own, the leader of its own session, so it imports nothing of mlspec. Its standard input is a
pipe whose other end the parent holds and never writes to: the kernel closes it also when the parent is killed with SIGKILL. DVC
killed alone would leave its stage running, whose late output would count as good.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

GRACE_SECONDS = 5.0
"""How long the command may take to end after SIGTERM, before the group gets SIGKILL."""
PAUSE_SECONDS = 0.3
"""What the command's own children get on top: they are not ours to wait for."""
_ENDED, _STOP = b"e", b"s"


def main(command: Sequence[str]) -> int:
    """Run `command` in this process's group; return its exit code. Never returns when it is killed or the parent goes: the group ends."""
    if os.getpgrp() != os.getpid():
        os.setsid()
    hear, tell = os.pipe()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: os.write(tell, _STOP) and None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_tell_when_parent_goes, args=(tell,), daemon=True).start()
    threading.Thread(target=_tell_when_ended, args=(tell, child), daemon=True).start()
    if os.read(hear, 1) == _ENDED and child.returncode >= 0:
        return child.returncode
    _end_group(child)
    return 1


def _tell_when_parent_goes(tell: int) -> None:
    while os.read(0, 1):
        pass
    os.write(tell, _STOP)


def _tell_when_ended(tell: int, child: subprocess.Popen[bytes]) -> None:
    child.wait()
    os.write(tell, _ENDED)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Ask, wait, kill: the last signal ends this process too."""
    os.killpg(0, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    time.sleep(PAUSE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
