"""What was found of a project before, and whether it holds still: `validate` and `plan` of unchanged specs compile nothing.

Only what shows something to people asks here (`validate`, `plan`, an editor). Whatever verifies, judges, promotes, trains or writes calls
`pipeline.compile_root`, which remembers nothing (decision 26).
"""
