"""Video in, truth out: one face clip and its landmarks for every take.

`capture_video` does one video and returns it; `capture_folder` does many, on all cores, into files.
"""

from voxface.capture.batch import Outcome, capture_folder
from voxface.capture.model_file import landmarker_file
from voxface.capture.take import Capture, capture_video

__all__ = ["Capture", "Outcome", "capture_folder", "capture_video", "landmarker_file"]
