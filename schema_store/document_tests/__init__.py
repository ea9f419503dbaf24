"""The tests that a document carries: run by the check, a failing one blocks publishing."""
