"""`mlspec import`: specs of what is there already, each fact with its place and how sure it is. Code is run only where asked."""
