"""What of a merge is to be deployed, decided by content; what waits for a reviewer and is out of date; and which batches are due."""
