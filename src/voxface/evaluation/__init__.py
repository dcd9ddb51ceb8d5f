"""Evaluation: how near a predicted face is to the captured one."""
