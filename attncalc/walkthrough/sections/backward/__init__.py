"""All that is said of each step of the backward pass."""
