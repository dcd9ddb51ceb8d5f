from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.formats import load_clip, save_clip
from voxface.formats.livelink import EYE_TURN, HEADER

# As the Live Link Face app writes it (FACTS: 63 columns, LF).
APP_HEADER = (
    "Timecode,BlendshapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,"
    "EyeLookUpLeft,EyeSquintLeft,EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,"
    "EyeLookOutRight,EyeLookUpRight,EyeSquintRight,EyeWideRight,JawForward,JawRight,JawLeft,"
    "JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,"
    "MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,"
    "MouthStretchLeft,MouthStretchRight,MouthRollLower,MouthRollUpper,MouthShrugLower,"
    "MouthShrugUpper,MouthPressLeft,MouthPressRight,MouthLowerDownLeft,MouthLowerDownRight,"
    "MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,BrowOuterUpLeft,"
    "BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,"
    "TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,"
    "RightEyePitch,RightEyeRoll"
)


def write_rows(path, rows, header=APP_HEADER, end="\n", start=""):
    text = start + end.join([header, *rows]) + end
    path.write_bytes(text.encode())
    return path


def rows_of(timecodes, value="0.5"):
    return [f"{timecode},61," + ",".join([value] * 52 + ["0.0"] * 9) for timecode in timecodes]


def test_the_header_is_that_of_the_app():
    assert HEADER == APP_HEADER
    assert len(HEADER.split(",")) == 63


def test_a_small_clip_is_written_to_the_byte(tmp_path):
    weights = np.zeros((2, 52), np.float32)
    weights[1, ARKIT_CHANNELS.index("jawLeft")] = 0.25
    weights[1, ARKIT_CHANNELS.index("jawOpen")] = 1.0
    weights[1, ARKIT_CHANNELS.index("eyeLookOutLeft")] = 0.5
    head = np.zeros((2, 7))
    head[0, 3] = 1
    head[1, 3:] = Rotation.from_euler("YXZ", [0.5, -0.25, 0.125]).as_quat(scalar_first=True)
    path = tmp_path / "a.csv"
    save_clip(FaceClip(weights, 60, head=head), path, start_timecode="14:58:02:44")
    zero, nothing = "0.0000000000", ",".join(["0.0000000000"] * 61)
    second = [zero] * 61
    second[3] = "0.5000000000"
    second[16] = "0.2500000000"  # JawLeft stands after JawRight
    second[17] = "1.0000000000"
    second[52:58] = ["0.5000000000", "-0.2500000000", "0.1250000000", "0.2617993878", zero, zero]
    rows = [f"14:58:02:44.000,61,{nothing}", f"14:58:02:45.000,61,{','.join(second)}"]
    expected = "\n".join([APP_HEADER, *rows, ""])
    got = path.read_text()
    # The quaternion is float32: angles agree to 1e-7, everything else to the byte.
    got_cells, cells = got.splitlines()[2].split(","), expected.splitlines()[2].split(",")
    assert np.allclose([float(c) for c in got_cells[54:57]], [0.5, -0.25, 0.125], atol=1e-7)
    got_cells[54:57] = cells[54:57]
    assert got_cells == cells
    assert got.splitlines()[:2] == expected.splitlines()[:2]
    assert b"\r" not in path.read_bytes()
    assert float(cells[57]) == pytest.approx(0.5 * EYE_TURN)


@settings(max_examples=15, deadline=None)
@given(frames=st.integers(1, 150), fps=st.sampled_from([24, 25, 30, 50, 60, 100, 120]))
def test_a_clip_returns_to_ten_decimals(
    tmp_path_factory, make_clip, assert_same_rotation, frames, fps
):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    clip = make_clip(frames, fps, seed=frames)
    save_clip(clip, path)
    again = load_clip(path)
    assert again.channels == ARKIT_CHANNELS
    assert len(again) == frames
    assert np.abs(again.weights.astype("f8") - clip.weights).max() < 1.2e-10 / 2 + 2**-25 * 0.01
    assert_same_rotation(again.head, clip.head, 2e-6)
    assert not again.head[:, :3].any()
    if frames > fps:
        assert again.fps == fps


def test_left_and_right_are_matched_by_name(tmp_path):
    weights = np.zeros((1, 52), np.float32)
    weights[0, ARKIT_CHANNELS.index("jawLeft")] = 0.9
    weights[0, ARKIT_CHANNELS.index("mouthLeft")] = 0.7
    path = tmp_path / "a.csv"
    save_clip(FaceClip(weights, 60), path)
    names, values = (line.split(",") for line in path.read_text().splitlines())
    row = dict(zip(names, values, strict=True))
    assert float(row["JawLeft"]) == pytest.approx(0.9)
    assert float(row["MouthLeft"]) == pytest.approx(0.7)
    assert float(row["JawRight"]) == float(row["MouthRight"]) == 0
    # The network order of the same names, JawLeft before JawRight, reads the same.
    order = sorted(range(63), key=lambda i: names[i])
    other = write_rows(
        tmp_path / "b.csv", [",".join(values[i] for i in order)], ",".join(names[i] for i in order)
    )
    again = load_clip(other)
    assert again["jawLeft"] == pytest.approx([0.9])
    assert again["mouthLeft"] == pytest.approx([0.7])
    assert not again["jawRight"].any()


def test_a_bom_crlf_and_few_columns_are_read(tmp_path):
    path = write_rows(
        tmp_path / "a.csv",
        ["00:00:00:00.000,0.25,1", "00:00:00:01.000,0.5,2", ""],
        "Timecode,jawOpen,Mystery",
        end="\r\n",
        start="\ufeff",
    )
    clip = load_clip(path)
    assert clip["jawOpen"].tolist() == [0.25, 0.5]
    assert clip.metadata["unknown_columns"] == ["Mystery"]
    tracked = dict(zip(clip.channels, clip.tracked.all(axis=0), strict=True))
    assert tracked["jawOpen"]
    assert not tracked["mouthFunnel"]
    assert np.allclose(clip.head[:, 3:], [1, 0, 0, 0])


def test_other_spellings_and_no_timecode_are_read(tmp_path):
    path = write_rows(tmp_path / "a.csv", ["1,0.5,0.1"] * 3, "eyeBlink_L,mouthSmile_R,jaw_open")
    clip = load_clip(path)
    assert clip["eyeBlinkLeft"].tolist() == [1, 1, 1]
    assert clip["mouthSmileRight"].tolist() == [0.5] * 3
    assert clip["jawOpen"] == pytest.approx([0.1] * 3)
    assert clip.fps == 60
    assert "assumed" in clip.metadata["frame_rate"]


def test_rows_without_a_face_are_untracked(tmp_path):
    rows = rows_of(["00:00:00:00.000", "00:00:00:01.000", "00:00:00:02.000", "00:00:00:03.000"])
    rows[1] = "00:00:00:01.000,0"
    rows[2] = "00:00:00:02.000,0," + "," * 60
    clip = load_clip(write_rows(tmp_path / "a.csv", rows))
    assert clip.tracked.any(axis=1).tolist() == [True, False, False, True]
    assert clip["jawOpen"].tolist() == [0.5, 0, 0, 0.5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello, this is\nno face\n", "not a face clip"),
        (APP_HEADER.encode(), "no frames"),
        (f"{APP_HEADER}\n{rows_of(['00:00:00:00.000'])[0][:100]}".encode(), "line 2.*cut short"),
        (f"{APP_HEADER}\n{rows_of(['00:00:00:00.000'], 'x')[0]}\n".encode(), "line 2: 'x'"),
        (f"{APP_HEADER}\n{rows_of(['00:00:00:00.000'], 'inf')[0]}\n".encode(), "finite"),
        (b"Timecode,BlendshapeCount\n00:00:00:00.000,61\n", "no ARKit channel"),
        (b"Timecode,jawOpen\n\xff\xfe\x00\x01", "not a text file"),
    ],
)
def test_broken_files_say_what_is_wrong_in_one_line(tmp_path, content, message):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_clip(path)
    assert "\n" not in str(caught.value)


def test_the_clip_starts_at_the_asked_timecode_and_counts_past_midnight(tmp_path, make_clip):
    path = tmp_path / "a.csv"
    save_clip(make_clip(70), path, start_timecode="23:59:59:00")
    lines = path.read_text().splitlines()
    assert lines[1].startswith("23:59:59:00.000,61,")
    assert lines[61].startswith("00:00:00:00.000,61,")
    clip = load_clip(path)
    assert (clip.fps, len(clip)) == (60, 70)
    assert clip.tracked.all()
    assert clip.metadata["start_timecode"] == "23:59:59:00.000"


def test_the_start_of_a_clip_moves_its_timecode_by_parts_of_a_frame(tmp_path, make_clip):
    path = tmp_path / "a.csv"
    save_clip(make_clip(2, 30, start=1.05), path)
    assert path.read_text().splitlines()[1].startswith("00:00:01:01.500,")


def test_2997_counts_thirty_and_none_is_dropped(tmp_path, make_clip):
    path = tmp_path / "a.csv"
    save_clip(make_clip(1802, "29.97"), path, start_timecode="00:00:59:29")
    codes = [line.split(",", 1)[0] for line in path.read_text().splitlines()[1:]]
    assert codes[:2] == ["00:00:59:29.000", "00:01:00:00.000"]
    assert codes[1801] == "00:02:00:00.000"
    clip = load_clip(path)
    assert clip.fps == 30  # the file cannot say more
    assert load_clip(path, fps="29.97").fps == Fraction(30000, 1001)


def test_timecode_survives_a_round_and_a_change_of_rate(tmp_path, make_clip):
    first, second, third = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    save_clip(make_clip(90), first, start_timecode="10:00:00:30")
    save_clip(load_clip(first), second)
    assert first.read_bytes()[:2000] == second.read_bytes()[:2000]
    save_clip(load_clip(first).resample(30), third)
    assert third.read_text().splitlines()[1].startswith("10:00:00:15.000,")


@pytest.mark.parametrize("code", ["25:00:00:00", "00:61:00:00", "00:00:00:60", "soon", "1:2"])
def test_impossible_timecodes_are_refused_before_a_file_appears(tmp_path, make_clip, code):
    with pytest.raises(VoxfaceError, match="timecode"):
        save_clip(make_clip(2), tmp_path / "a.csv", start_timecode=code)
    assert not list(tmp_path.iterdir())


def test_a_clip_of_other_channels_writes_what_it_has(tmp_path):
    clip = FaceClip([[0.5, 0.75]], 60, channels=("jawOpen", "mouth_special"))
    save_clip(clip, tmp_path / "a.csv")
    again = load_clip(tmp_path / "a.csv")
    assert again["jawOpen"].tolist() == [0.5]
    assert again.weights.sum() == 0.5
