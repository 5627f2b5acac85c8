"""From a Document to text, one module a format."""
