"""The audit: acts on the platform, refusals, and the seals that show whether anybody edited what happened."""
