"""voxface"""
