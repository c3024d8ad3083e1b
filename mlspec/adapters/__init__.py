"""Git, DVC, GitHub, the clouds and pip: they know nothing of models."""
