"""What is asked of a cluster, whichever it is, and how one is reached: its address is read from the environment, and never told."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems, Span, problem
from mlspec.language.kinds.engine import EngineKind
from mlspec.runtime import addresses

T = TypeVar("T")

CONNECT_SECONDS = 20.0
"""How long a cluster may take to answer at all."""
MAX_LOST = 3
"""How often a task whose worker was lost is sent again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task that was sent.

    `answer`: `content` is what `worker.perform` returned. `lost`: its worker is gone (`content` is empty); `final` where the cluster tried
    again by itself, and gave up. `refused`: the cluster could not run it; `why` says so without any address.
    """

    kind: Literal["answer", "lost", "refused"]
    content: bytes = b""
    why: str = ""
    final: bool = False


Done = Callable[[Outcome], None]
Again = Callable[[int], None]


class Cluster(Protocol):
    """A cluster that was reached. Its calls come from one thread; what it calls back may come from any."""

    def submit(self, content: bytes, digest: str, done: Done, again: Again) -> None:
        """Send a task. `done` is called once. `again`: called with the number of the try where the cluster sends it again by itself."""

    def size(self) -> int | None:
        """How many workers it has now; None where it does not say."""

    def close(self) -> None:
        """Leave it: what was sent and has not begun is withdrawn."""


Connect = Callable[[EngineKind, str], Cluster]
"""(kind, address) -> the cluster. Raises `Unreachable`."""


class Unreachable(Exception):
    """The cluster did not answer, or is not what it is taken for; the text says why, without its address."""


def address_of(variable: str, span: Span | None) -> str:
    """The address that an environment variable holds. Raises MLS0530 where there is none, or what it holds has no address's form."""
    found = os.environ.get(variable, "").strip()
    if not found:
        help_text = f"export {variable} with the address of the cluster; or run here: `mlspec run --local`"
        raise problem("MLS0530", f"`engine` takes the cluster's address from {variable}, which is not set", span=span, help=help_text)
    if not _ADDRESS.fullmatch(found):
        help_text = "an address is such as `tcp://scheduler:8786` (Dask), or `head:6379` or `ray://head:10001` (Ray)"
        raise problem("MLS0530", f"what {variable} holds is no address of a cluster", span=span, help=help_text)
    return found


_ADDRESS = re.compile(r"(?:([a-z]+)://)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


def connect(kind: EngineKind, address: str) -> Cluster:
    """Reach a cluster of Dask or Ray. Raises Unreachable, and MLS0008 where its client is not installed."""
    knock(address)
    if kind == "dask":
        from mlspec.pipelines.engines.on_dask import DaskCluster

        return DaskCluster(address)
    from mlspec.pipelines.engines.on_ray import RayCluster

    return RayCluster(address)


def knock(address: str) -> None:
    """Whether anything listens at an address, in bounded time: Ray's own client ends the process where nothing does. Raises Unreachable."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Unreachable("it is no address")
    why = addresses.knock(found[2], int(found[3]), CONNECT_SECONDS / 2)
    if why:
        raise Unreachable(why)


def in_time(begin: Callable[[], T], address: str, seconds: float) -> T:
    """What `begin` gives, in a thread: a server of another kind there would keep a client waiting for good. Raises Unreachable."""
    ended: list[T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            ended.append(begin())
        except Exception as error:  # noqa: BLE001 - carried to the caller's thread
            failed.append(error)

    thread = threading.Thread(target=work, name="mlspec-cluster", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise Unreachable(f"{type(failed[0]).__name__}: {without_address(str(failed[0]), address)}")
    if not ended:
        raise Unreachable(f"it did not answer within {seconds:g} s")
    return ended[0]


def without_address(text: str, address: str) -> str:
    """A client's words with no address in them: the first line, at most 300 characters."""
    line = next(iter(text.strip().splitlines()), "")
    for part in (address, address.rpartition("//")[2], address.rpartition("//")[2].rpartition(":")[0]):
        line = line.replace(part, "…") if part else line
    return re.sub(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\w+://\S+", "…", line)[:300]


def reach(project: Project, ref: str, kind: EngineKind, variable: str, connecting: Connect) -> Cluster:
    """The cluster of an object's engine. Raises MLS0530 without an address, MLS0531 where it can't be reached."""
    span = span_of(project, ref, kind)
    address = address_of(variable, span)
    try:
        return connecting(kind, address)
    except Unreachable as error:
        message = f"the {kind.capitalize()} cluster whose address {variable} holds can't be reached: {error}"
        help_text = f"start it, or correct {variable}; or run here: `mlspec run --local`"
        raise problem("MLS0531", message, span=span, help=help_text) from None


def span_of(project: Project, ref: str, kind: str) -> Span | None:
    """Where `engine` is written that an object goes by."""
    kind_of, _, name = ref.partition("/")
    own = project.models[name] if kind_of == "model" and project.models[name].envelope.spec.place else None
    older = own is not None and own.envelope.spec.engine is None
    return (own or project.settings).document.span(["spec", *(["tuning", "cluster"] if older else ["engine"]), kind])


__all__ = ["MAX_LOST", "Cluster", "Connect", "Outcome", "Problems", "Unreachable", "connect", "reach"]
