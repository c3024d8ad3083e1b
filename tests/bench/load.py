"""A load generator: so many connections that each send one request after another, for some seconds, in a process of its own.

`python load.py PORT PATH BODY CONNECTIONS SECONDS` prints JSON: `total` answers (all must be 200), requests a second, p50 and p99 in ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

WARM_SECONDS = 1.0


class Client(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, request: bytes, took: list[float]) -> None:
        self.request, self.took = request, took
        self.seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, found, body = self.seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        if b" 200 " not in head[:16]:
            raise SystemExit(f"refused: {body[:300]!r}")
        self.took.append(time.perf_counter() - self.began)
        self.seen = b""
        self._ask()


async def load(port: int, request: bytes, connections: int, seconds: float) -> dict[str, float]:
    """Ask from all connections; what comes in the first second is not counted."""
    loop, took = asyncio.get_running_loop(), list[float]()
    made = [await loop.create_connection(lambda: Client(request, took), "127.0.0.1", port) for _ in range(connections)]
    await asyncio.sleep(WARM_SECONDS)
    warm = len(took)
    took.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    rate, found = len(took) / (time.perf_counter() - began), sorted(took)
    for transport, _ in made:
        transport.abort()
    if not found:
        raise SystemExit("not one answer")
    return {"total": warm + len(found), "rate": rate, "p50": 1000 * found[len(found) // 2], "p99": 1000 * found[int(len(found) * 0.99)]}


def request(path: str, body: bytes) -> bytes:
    """A POST with a body, or a GET without one."""
    if not body:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    port, path, file, connections, seconds = sys.argv[1:]
    body = Path(file).read_bytes()
    print(json.dumps(asyncio.run(load(int(port), request(path, body), int(connections), float(seconds)))))
