"""Nets that move meshes: Animote and MeshTalk."""
