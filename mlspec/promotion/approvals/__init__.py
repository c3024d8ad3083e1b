"""What people agreed to on the forge: whose approvals count for a change, bound to the content that they looked at."""
