"""What the jobs brought, held against plan, locks and storage."""
