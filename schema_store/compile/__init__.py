"""Document to compiled app: nothing is looked up after this."""
