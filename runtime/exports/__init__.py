"""Taking data out as files: the list's own rights, cells that no spreadsheet takes for a formula (docs/imports.md)."""
