"""Makes and measures the face models: head pose and blendshapes from landmarks alone."""
