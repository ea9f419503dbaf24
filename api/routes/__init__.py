"""Routes of the platform, one module per group; each has a ``router``."""
