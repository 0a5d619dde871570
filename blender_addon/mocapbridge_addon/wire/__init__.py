"""What travels in datagrams: an identical copy of the link codec of mocapbridge (Apache-2.0)."""
