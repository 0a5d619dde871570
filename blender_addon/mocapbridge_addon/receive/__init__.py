"""The socket and what comes in through it: no bpy here, so it may run in a thread."""
