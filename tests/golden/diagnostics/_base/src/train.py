"""User code of the golden cases; never run."""
