"""What differs between two documents, as data and in words."""
