"""Ways by which messages leave: one module per channel, each a :class:`~workflows.channels.base.Sender`."""
