"""Quaternions and named conversions between frames of reference."""
