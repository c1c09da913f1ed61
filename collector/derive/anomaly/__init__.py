"""What was not as usual at a door, and by how much: a model of ordinary weeks, and what does not fit it."""
