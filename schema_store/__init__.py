"""The metadata: document, field types, checks, compile, versions, diff, plan and apply."""
