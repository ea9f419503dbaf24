"""Bringing data in from files as jobs that can be looked at before, cancelled, and taken back (docs/imports.md)."""
