"""The compiled app: frozen, everything looked up, what the runtime reads instead of a document."""
