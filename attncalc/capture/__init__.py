"""From a head of a model to a file that explain reads: what it worked on, and what it gave."""
