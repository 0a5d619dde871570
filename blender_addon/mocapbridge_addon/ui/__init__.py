"""Operators, panels and preferences."""
