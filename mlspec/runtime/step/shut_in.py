"""The kernel's fence around a program: it reads what is declared and what lies outside the repository, and writes in its room alone."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.runtime import linux
from mlspec.runtime.fence.close import VARIABLE
from mlspec.runtime.process import lower_limit
from mlspec.runtime.step.room import Room

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/shm")  # noqa: S108 - the system's own


_IN_HOME = ("R", ".julia", ".local/lib", ".pyenv")
"""Where languages keep libraries of a person's own."""
_NAMED = ("R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "R_HOME", "JULIA_DEPOT_PATH", "JAVA_HOME", "CONDA_PREFIX", "VIRTUAL_ENV")


def _libraries(holes: tuple[Path, ...]) -> Iterator[Path]:
    """Those that may lie in a hole, such as the home folder; none that holds a hole or the home folder itself."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - it stays `~` where nobody knows a home
    named = [Path(part) for name in _NAMED for part in os.environ.get(name, "").split(os.pathsep) if part]
    for place in (*(home / name for name in _IN_HOME), *named):
        if place.is_absolute() and not any(closed.is_relative_to(place.resolve()) for closed in (home.resolve(), *holes)):
            yield place


def _readable(room: Room) -> list[Path]:
    """All but the holes. In a process that is kept to some files already, and can't look around, that keeps them closed."""
    if linux.is_confined():
        return [Path("/")]
    return [*linux.around(Path("/"), room.holes), *_libraries(room.holes), *room.readable, room.base]


def _devices(holes: tuple[Path, ...]) -> list[Path]:
    """Those that hold no hole: a project in memory, below `/dev/shm`, is closed as any other is."""
    closed = [hole.resolve() for hole in holes]
    return [Path(device) for device in _DEVICES if not any(hole.is_relative_to(device) for hole in closed)]


def shut_in(room: Room, *, network: bool) -> Callable[[], None]:
    """What the new process does before it becomes the program. All paths are looked up here, in the process that starts it."""
    by_kernel = linux.landlock_version() > 0 and os.environ.get(VARIABLE) != "off"
    read = _readable(room) if by_kernel else []
    write = [room.base, room.temporary, *_devices(room.holes)]
    starter = os.getpid()

    def begin() -> None:
        linux.die_with_parent()
        if os.getppid() != starter:
            os._exit(1)
        lower_limit(resource.RLIMIT_CORE, 0)
        if by_kernel:
            linux.confine(read, [], write, network=network)

    return begin
