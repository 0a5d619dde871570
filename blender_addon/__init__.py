"""The Blender add-on (mocapbridge_addon), and what builds it and the Blenders it is tested in."""
