"""Experiments: one base recipe, named variants of it, and the same honest figures for each."""

from voxface.evaluation.experiments.plan import Experiment, load_experiment
from voxface.evaluation.experiments.run import run_experiment

__all__ = ["Experiment", "load_experiment", "run_experiment"]
