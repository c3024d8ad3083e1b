"""Which rows are worth a label next, and which labels are likely wrong: asked of a model that learned from a label set."""
