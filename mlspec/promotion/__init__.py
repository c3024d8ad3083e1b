"""May this version stand there? Proposals, approvals, and their verification."""
