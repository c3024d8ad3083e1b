"""Where a DataSource's rows come from: a file for each kind of location, and the table of them."""
