"""YAML mappings: what an output's receivers get, under their own names, made of what was solved."""
