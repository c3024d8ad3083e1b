"""A process that has imported what is slow to import, and forks a child for each piece of work: a fork server.

`server`: the asking end; `serve`: the process itself, which has one thread and never runs the work; `child`: what a fork does before its
work, and after. A function is named (`module:function`) and gets JSON; nothing is unpickled. Where forking is not safe (macOS) the same
process starts a new Python a piece of work.
"""

from mlspec.runtime.warm.server import Server
from mlspec.runtime.warm.task import Ended, Task

__all__ = ["Ended", "Server", "Task"]
