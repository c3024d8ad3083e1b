"""Charts as data, each with the table that says the same, and how they are drawn."""
