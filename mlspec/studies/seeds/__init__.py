"""`mlspec seeds`: how much of a metric is the luck of a seed."""
