"""Files in, files out: where the engine meets the formats."""

from voxface.pipeline.animate_files import Animated, animate_file, animate_files
from voxface.pipeline.plan import Job, find_media, plan_jobs

__all__ = ["Animated", "Job", "animate_file", "animate_files", "find_media", "plan_jobs"]
