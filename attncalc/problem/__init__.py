"""What is given: tokens, vectors, options, and numbers that are claimed."""
