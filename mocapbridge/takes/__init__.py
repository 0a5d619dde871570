"""Recording takes and reading them back."""
