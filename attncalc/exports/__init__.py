"""What came of a problem, as data for other programs."""
