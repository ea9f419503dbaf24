"""Rows of the acceptance list over HTTP with the shipped template; each test bears the number of its row."""
