"""The numbers that attention is worked out with: of which kind, and whether they are exact."""
