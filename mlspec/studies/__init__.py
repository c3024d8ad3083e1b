"""Models that are made for a question and thrown away: is a version what its commit makes, which one is better, how much is luck."""
