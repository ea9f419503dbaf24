"""What a form shows, requires and accepts (pure), and the pages for people without an account."""
