"""From bytes to a document, or to everything that is wrong with its shape."""
