"""Languages other than English: each is a module with SENTENCES, its own by the English ones."""
