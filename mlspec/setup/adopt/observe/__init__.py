"""One run of the user's own command, with a hook on `fit` that notes what was fitted."""
