"""Measurements: what tests must not assert. Run as ``python -m bench.NAME``."""
