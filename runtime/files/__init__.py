"""Uploaded files: their contents, what they are, who may have them, what becomes of those that nobody names."""
