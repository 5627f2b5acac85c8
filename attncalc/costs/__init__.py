"""What attention takes to compute, and how that grows."""
