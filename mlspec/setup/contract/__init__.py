"""A source and its rules as a data contract (ODCS), with all that its own contract says beside."""
