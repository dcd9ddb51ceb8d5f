"""Rigs: heads read from files, and which of their targets a clip moves."""
