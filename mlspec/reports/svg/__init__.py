"""Charts as inline SVG: shapes and classes, no colours of their own (the page's style sheet has these), a title and a description each."""
