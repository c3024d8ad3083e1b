"""Reports: one document, several renderers."""
