"""What was where, when and why, told from Git alone: the base branch's first-parent line, records, claims and environment files."""
