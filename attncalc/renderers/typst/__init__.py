"""Typst pages, and the PDF and the pictures made of them."""
