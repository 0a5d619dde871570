"""YAML files as trees that know where everything stands, and what in them does not fit a type."""
