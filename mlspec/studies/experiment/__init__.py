"""`mlspec experiment`: parameters tried without a commit, kept as DVC's experiments, and written into the spec by one command."""
