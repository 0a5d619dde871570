"""Pictures to landmarks: models, regions of interest, sides."""
