"""Rules instead of a model: phones become visemes, and visemes a face."""
