"""What the senders' protocols are turned into: one type, whoever sends."""
