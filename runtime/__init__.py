"""The record engine: access, query, the order of execution, unit of work, metrics."""
