"""Where pictures come from: cameras, footage, streams and a synthetic source."""
