"""What is known about one document: its places, names, environments, expressions and what depends on what."""
