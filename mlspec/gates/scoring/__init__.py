"""Models are unpickled in processes of their own: no credentials, no labels, nothing of another model's answers.

`helper` (in the judging process) starts `start.py`, a helper process with a scrubbed environment that has imported the libraries once.
For each errand the helper forks (`serve`), confines the fork (`confine`), and lets it work (`work`). The answers come back as raw numbers
in files whose size is known beforehand (`answers`): what a model's process wrote is
read as numbers and as one short JSON, and as nothing else.
"""
