"""Files in, files out: where the engine meets the formats."""

from voxface.pipeline.animate_files import Animated, animate_file, animate_files
from voxface.pipeline.plan import Job, find_media, plan_jobs
from voxface.pipeline.scripts import scripts_of

__all__ = [
    "Animated",
    "Job",
    "animate_file",
    "animate_files",
    "find_media",
    "plan_jobs",
    "scripts_of",
]
