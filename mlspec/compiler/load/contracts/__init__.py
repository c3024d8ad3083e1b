"""Data contracts (ODCS): read, refused where they are hostile, and laid into the specs that name them."""
