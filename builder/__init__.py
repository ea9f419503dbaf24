"""Authoring: drafts, checks, preview, publish, simulation, templates."""
