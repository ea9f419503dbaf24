"""Ways by which messages leave: one module per channel, found through the registry."""
