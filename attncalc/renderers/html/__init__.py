"""HTML pages, with or without a script."""
