"""The YAML configuration: schema, loading, errors that name file, line and key."""
