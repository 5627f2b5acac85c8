"""Sheets with blanks: what is asked, what may be answered, and what became of an answer."""
