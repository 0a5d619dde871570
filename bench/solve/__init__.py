"""How exact the solver is, against references."""
