"""Smaller models: units taken out (`prune`), numbers of fewer bits (`precision`), what it costs.

- `dead_units`: which units of a net never fire, and how much each adds
- `prune`, `narrow`, `fine_tune`: a physically smaller net, and the training after it
- `precision`: float16 and int8 of an exported model; one file for each way
- `loss`: how far a small model strays from the one it was made from, channel by channel
"""
