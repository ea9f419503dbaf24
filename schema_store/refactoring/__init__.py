"""Changes of a document that keep it whole."""
