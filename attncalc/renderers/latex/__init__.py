"""LaTeX pages."""
