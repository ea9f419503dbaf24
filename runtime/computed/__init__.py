"""Reading and writing record tables for what is computed: rows for programs, recomputation, given numbers."""
