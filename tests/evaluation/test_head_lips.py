"""Millimetres between lips, on planted heads and on the default one."""

from dataclasses import replace

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.evaluation.head_lips import MET, MouthGauge, kind_of, phones_on_the_head, summary
from voxface.face import FaceClip, Rig, RigPart
from voxface.phones.times import TimedPhone
from voxface.rig import default_head

FPS = 100
TRIANGLES = np.array([[0, 1, 2], [3, 4, 5]], np.int32)


def planted() -> Rig:
    """Two lips of three points each, 4 cm wide, and a tooth whose edge is 2 mm below the seal."""
    lips = [[-2, 0, 1], [0, 0, 2], [2, 0, 1]]
    tooth = [[-0.1, -0.2, 1.5], [0.1, -0.2, 1.5], [0, 0.5, 1.5]]
    deltas = np.zeros((3, 9, 3))
    deltas[0, 3:6, 1] = -3.0  # jawOpen: 3 cm at 1
    deltas[1, 3:6, 1] = 3.0  # mouthClose brings the lip back
    deltas[2, [0, 3], 0], deltas[2, [2, 5], 0] = 1.0, -1.0  # mouthPucker: 2 cm narrower
    return Rig(
        "planted",
        np.array([*lips, *lips, *tooth]),
        (RigPart("skin", TRIANGLES), RigPart("teeth", np.array([[6, 7, 8]], np.int32))),
        ("jawOpen", "mouthClose", "mouthPucker"),
        deltas,
    )


def clip(**curves: list[float]) -> FaceClip:
    return FaceClip(np.array(list(curves.values()), np.float32).T, fps=FPS, channels=tuple(curves))


def test_the_gauge_reads_planted_millimetres() -> None:
    size = MouthGauge(planted())(
        clip(jawOpen=[0, 0.1, 0.1, 0.1], mouthClose=[0, 0, 0.1, 0.2], mouthPucker=[0, 0.5, 0, 0])
    )
    np.testing.assert_allclose(size.gap, [0, 3, 0, -3], atol=1e-4)
    np.testing.assert_allclose(size.width, [40, 30, 40, 40], atol=1e-4)
    np.testing.assert_allclose(size.above_edge, [2, -1, 2, 5], atol=1e-4)


def test_the_default_head_shuts_opens_and_rounds() -> None:
    size = MouthGauge(default_head())(
        clip(jawOpen=[0, 0.3, 0.3], mouthClose=[0, 0, 0.3], mouthPucker=[0.6, 0, 0])
    )
    assert size.gap[0] < MET
    assert size.gap[1] > 5
    assert size.gap[2] == pytest.approx(0, abs=0.05)
    assert size.width[0] < 0.85 * size.width[2]


def test_phones_are_sorted_by_what_lips_do() -> None:
    kinds = {
        "p": "p b m", "m": "p b m", "f": "f v", "v": "f v", "w": "oo w", "uː": "oo w",
        "ɑː": "open vowels", "ɛ": "other vowels", "t": "t d k g n", "ŋ": "t d k g n",
        "sil": "silence", "s": None, "ʔ": None,
    }  # fmt: skip
    assert {symbol: kind_of(symbol) for symbol in kinds} == kinds


def test_a_planted_closure_is_found_and_a_missed_one_is_not() -> None:
    jaw = np.full(200, 0.2)
    jaw[48:55] = 0.0  # shut for 70 ms about the first m only
    size = MouthGauge(planted())(clip(jawOpen=jaw.tolist()))
    phones = [
        TimedPhone("m", 0.48, 0.56), TimedPhone("ɑː", 0.56, 0.9), TimedPhone("b", 0.9, 0.98),
        TimedPhone("t", 0.99, 1.05), TimedPhone("k", 1.4, 1.5),
    ]  # fmt: skip
    found = phones_on_the_head(size, FPS, phones)
    assert [one.kind for one in found] == ["p b m", "open vowels", "p b m", "t d k g n"]
    figures = summary(found)
    assert figures["p b m"]["met_within_60_ms"] == 0.5
    assert found[0].met_for == pytest.approx(0.07)
    assert figures["open vowels"]["gap"] == pytest.approx(6)
    assert figures["t d k g n"]["met_in_the_middle"] == 0
    assert "f v" not in figures


def test_silence_is_judged_where_the_mouth_has_settled() -> None:
    jaw = np.zeros(100)
    jaw[:15] = 0.3
    size = MouthGauge(planted())(clip(jawOpen=jaw.tolist()))
    (one,) = phones_on_the_head(size, FPS, [TimedPhone("sil", 0, 1)])
    assert one.gap == 0
    assert not phones_on_the_head(size, FPS, [TimedPhone("sil", 0, 0.4)])


def test_a_head_without_touching_lips_is_refused() -> None:
    rig = planted()
    apart = rig.neutral.copy()
    apart[3:6, 1] -= 0.1
    with pytest.raises(VoxfaceError, match="lips do not touch"):
        MouthGauge(replace(rig, neutral=apart))
    with pytest.raises(VoxfaceError, match="named skin and teeth"):
        MouthGauge(replace(rig, parts=rig.parts[:1]))
