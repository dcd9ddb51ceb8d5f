"""Training on clusters: the same recipe, shared by the workers of Ray."""
