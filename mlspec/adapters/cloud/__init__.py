"""How a job signs in to a cloud."""
