"""Programs that a benchmark starts as processes of their own, because a window lives as long as its process."""
