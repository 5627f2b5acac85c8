"""What attncalc costs, beside a floor measured in the same run: figures to read, not tests."""
