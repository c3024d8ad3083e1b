"""What the user writes: one pydantic model a kind."""
