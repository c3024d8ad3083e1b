"""The project with its references bound, and the graph made of it: data and queries."""
