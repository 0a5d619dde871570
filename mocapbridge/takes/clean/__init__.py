"""Cleaning up recorded motion: pure functions from columns to columns, over the whole clip."""
