"""What must hold around a project for its promises to hold, checked one line each, with the fix."""
