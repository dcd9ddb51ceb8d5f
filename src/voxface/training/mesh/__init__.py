"""Training nets that move meshes: Animote and MeshTalk."""
