"""A run's results, written down: commit, status, comment."""
