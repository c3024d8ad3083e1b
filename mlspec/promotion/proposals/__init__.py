"""Proposals: what a pull request of mlspec's is to hold, what stands on its branch already, and the one way to make it public.

Promotions, rollbacks, registrations, refreshes and retrainings all go through here, so that the same rules hold for all of them:

- Nothing is pushed for what is proposed already: a push would dismiss approvals.
- Nobody's work is lost: only commits that hold exactly what their trailer says are ours, and what `mlspec ci record` put on top.
- Nobody's words are lost: a title or text that a person edited stays.
- A person's "no" (a pull request closed unmerged) holds against a schedule; whoever asks by name is told of it, and asked for it again.
- What the base branch has by now is not proposed; what it changed meanwhile is not undone.
- Killed anywhere, and run again, it goes on where it stopped.

`proposal` is the value, `kinds` what differs from kind to kind, `ours` whose commits are whose, `standing` what stands on the branch,
`mark` and `pulls` the pull request, `publish` the story.

Why here: it needs Git, GitHub, and of the registry how records and claims are read. It knows nothing of gates or drafts, and nothing below
`promotion` proposes anything; `ci` stands above.
"""
