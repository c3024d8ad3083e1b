"""Which objects a run trains, and in which jobs."""
