"""Takes as files that other programs open (docs/export.md)."""
