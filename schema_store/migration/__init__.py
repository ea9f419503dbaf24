"""From a difference to tables: what would be lost, the plan, and carrying it out."""
