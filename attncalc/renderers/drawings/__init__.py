"""Graphs and flows as files of their own, and where their parts stand."""
