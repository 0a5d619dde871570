"""What reads from Blender and writes to it. Everything here runs on Blender's main thread."""
