"""Motion to sockets."""
