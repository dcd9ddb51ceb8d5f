"""Comparisons of methods as one self-contained page: tables, charts, films and worst moments."""

from voxface.evaluation.compare.run import compare

__all__ = ["compare"]
