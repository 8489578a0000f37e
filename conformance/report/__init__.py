"""What a run found, as files that people and other programs read."""
