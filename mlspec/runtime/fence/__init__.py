"""Keeps a stage that runs code of the user's to what it declares: an undeclared read would let changed data count as up to date.

`declared`: what a stage may read. `close`: the kernel's fence (Landlock), or a staged root that holds only that. `refused`: what an error
is about, and the line to add.
"""

from mlspec.runtime.fence.close import Fence, close, standing

__all__ = ["Fence", "close", "standing"]
