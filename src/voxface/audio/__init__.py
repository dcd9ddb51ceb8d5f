"""Sound in: any media file or array becomes 16 kHz mono; and the features of speech."""

from voxface.audio.arrays import as_mono, as_mono_16k, checked_sample_rate
from voxface.audio.clock import clock_origin, is_cover_art
from voxface.audio.decode import announced_duration, read, read_blocks
from voxface.audio.features import SAMPLE_RATE
from voxface.audio.media import MediaWarning
from voxface.audio.resampler import SoundResampler

__all__ = [
    "SAMPLE_RATE",
    "MediaWarning",
    "SoundResampler",
    "announced_duration",
    "as_mono",
    "as_mono_16k",
    "checked_sample_rate",
    "clock_origin",
    "is_cover_art",
    "read",
    "read_blocks",
]
