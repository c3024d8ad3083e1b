"""Getting into mlspec, checking it, and getting out."""
