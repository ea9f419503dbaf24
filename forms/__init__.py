"""What a form shows, requires and accepts (pure)."""
