"""Phones: their symbols and looks, their times in a recording, and how text becomes phones."""
