"""Git, through its own program. Nobody else runs it or reads what it prints.

`run` starts it, under `settings`; `repository.Repository` is what others ask, each kind of question in a file of its own: `refs`, `trees`
(by way of `objects`), `ancestry`, `worktree`, `remotes`. `log` walks over history, `history` and `content` ask it; `commit`, `merge`,
`tags` and `checkout` write.
"""
