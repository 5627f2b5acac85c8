"""What a page is made of, without markup, and how numbers are written on it."""
