"""Records, claims and the digests that tie them: what a promotion is made of, as files of a commit or of the working tree."""
