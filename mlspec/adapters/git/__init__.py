"""Git, through its own program."""
