"""From the performer's joints to the bones of any armature: arithmetic without Blender."""
