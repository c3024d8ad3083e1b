"""`mlspec compare` and `mlspec leaderboard`: models on the same test rows, told apart by paired intervals."""
