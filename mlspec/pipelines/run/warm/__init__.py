"""The warm executor: stages of different objects side by side, each in a fork of a process that has everything imported.

`run`: which pipeline next, and what when one ends; `walk`: one pipeline's way through its stages; `lanes`: the processes that fork; `room`:
how many at once. DVC's own objects say what is stale and record what was made (`adapters.dvc.stages`).
"""
