"""Clips as video: a head with sound, on a machine without a screen."""
