"""Training: recipes, crops, augmentation, losses, teachers and the export of what was learned."""
