"""Fixtures of the tests of vertex sequences."""

from __future__ import annotations

import numpy as np
import pytest

from planted_sequences import (
    DROPPED,
    HEAD,
    WIDER,
    save_obj,
    save_wav,
    talking,
)


@pytest.fixture
def multiface(tmp_path):
    """Two entities with three sentences, one silent expression and a face at rest, millimetres.

    The second script counts frames by ones and misses some; the first counts by threes.
    """
    people = (
        ("m--20180227--0000--6795937--GHS", "E001_Neutral_Eyes_Open", 3, (), 1.0),
        ("m--20190529--1004--5067077--GHS", "EXP_neutral_peak", 1, DROPPED, WIDER),
    )
    for name, rest, step, dropped, wider in people:
        entity = tmp_path / name
        for segment in ("SEN_a_good_morrow", "SEN_dont_ask_me", "SEN_she_had", "E012_Smile", rest):
            folder = entity / "tracked_mesh" / segment
            folder.mkdir(parents=True)
            shown = np.repeat(HEAD[None], 30, axis=0) if segment == rest else talking(30)
            for frame, points in enumerate(shown * wider * 10):
                if segment.startswith("SEN_") and frame in dropped:
                    continue
                stem = folder / f"{9_990 + step * frame:06d}"
                stem.with_suffix(".bin").write_bytes(points.astype("<f4").tobytes())
                stem.with_name(f"{stem.name}_transform.txt").write_text(
                    "1 0 0 5\n0 1 0 6\n0 0 1 7\n"
                )
            if segment.startswith("SEN_"):
                save_wav(entity / "audio" / f"{segment}.wav", 1.0, 48_000)
        save_obj(entity / "tracked_mesh" / rest / "009990.obj", 10.0 * np.asarray(wider))
        ((HEAD + 1) * wider * 10).astype("<f4").tofile(entity / "vert_mean.bin")
        (entity / "frame_list.txt").write_text("SEN_she_had 009990\n")
    return tmp_path
