"""What is said of each step of attention, a module a step; and parts of a page that are of none."""
