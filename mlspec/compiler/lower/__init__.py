"""Project -> Graph."""
