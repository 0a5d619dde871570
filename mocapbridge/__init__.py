"""mocapbridge: live, rig-ready motion capture from one camera, streamed to every 3D tool."""

__version__ = "0.1.0"
