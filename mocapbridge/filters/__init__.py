"""Raw landmarks to smoothed landmarks: One-Euro, outlier gate, loss policy."""
