"""Blendshape weights to the shape keys of any mesh."""
