"""Pure codecs of the wire formats; standard library only."""
