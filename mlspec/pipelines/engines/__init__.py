"""Pipelines on a cluster that is there already: each object is a task, and what it made comes back by content.

`dispatch` goes through the graph; `bundle` packs what a task may read; `clusters` reach Dask and Ray. On the worker `worker` starts `task`
in a process of its own. `accept` looks at what came back, and `pack` is the form of both ways: bytes and JSON, and no pickled object.
"""
