"""Heads of models, and the files that are made of them."""
