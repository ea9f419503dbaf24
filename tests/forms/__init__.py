"""Public forms: what is asked, what was typed, the pages."""
