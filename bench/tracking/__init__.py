"""Speed and hit rate of tracking against MediaPipe's own ways of doing the same."""
