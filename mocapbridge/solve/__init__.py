"""Smoothed landmarks to a skeleton's motion."""
