"""From captures and corpora on disk to example files."""

from __future__ import annotations

import numpy as np
import pytest

from fabricated import (
    CHANNELS,
    JAW,
    bursts,
    jaw_of,
    make_canonical,
    write_captured_corpus,
    write_voices,
)
from voxface.audio.features import features
from voxface.corpus.examples import load_examples
from voxface.corpus.labels import load_canonical, save_canonical
from voxface.corpus.manifest import CUTS, cut_of, write_cuts
from voxface.corpus.prepare import (
    CANONICAL,
    prepare_captured,
    prepare_facegood,
    prepare_sounds,
    prepare_voices,
)
from voxface.corpus.sources import grid_takes, utterance_of
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import pearson


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the folder, the examples' folder and what was told."""
    folder = write_captured_corpus(tmp_path_factory.mktemp("made"))
    told = []
    count = prepare_captured(
        "grid",
        folder / "captures",
        folder / "corpora" / "grid",
        folder / "examples",
        tell=lambda done, total: told.append((done, total)),
    )
    assert count == 6
    return folder, folder / "examples", told


def test_captured_takes(made) -> None:
    folder, output, told = made
    examples = load_examples(output / "grid.npz")
    assert [e.name for e in examples] == [f"anna{n}" for n in range(6)]
    assert told[:6] == [(n, 6) for n in range(1, 7)]
    first = examples[0]
    assert first.speaker == "anna"
    assert first.corpus == "grid"
    assert first.about["text"] == "ba ba ba"
    assert first.about["recording"] == str(folder / "recordings" / "anna0.wav")
    assert first.about["capture"] == str(folder / "captures" / "anna0.npz")
    np.testing.assert_allclose(
        first.features.astype(np.float32), features(bursts())[:, :80], atol=0.2
    )
    assert (first.articulation[:, 0] < 128).sum() == pytest.approx(120, abs=2)
    canonical = load_canonical(output / CANONICAL)
    jaw = canonical.weights(first.motion.astype(float))[:, JAW]
    assert float(pearson(jaw[:297], jaw_of(bursts(), np.arange(297) / 100))) > 0.97


def test_nothing_half_written_is_left(made) -> None:
    _, output, _ = made
    assert not [item.name for item in output.iterdir() if item.name.startswith(".")]


def test_takes_without_a_capture_are_left_out(tmp_path) -> None:
    folder = write_captured_corpus(tmp_path, takes=7)
    (folder / "captures" / "anna3.npz").unlink()
    assert prepare_captured("grid", folder / "captures", folder / "corpora/grid", tmp_path) == 6
    assert "anna3" not in [e.name for e in load_examples(tmp_path / "grid.npz")]


def test_no_capture_at_all_says_what_to_do(made, tmp_path) -> None:
    folder, _, _ = made
    with pytest.raises(VoxfaceError, match="voxface capture"):
        prepare_captured("grid", tmp_path, folder / "corpora/grid", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_corpus_says_what_to_do(made, tmp_path) -> None:
    folder, _, _ = made
    with pytest.raises(VoxfaceError, match="voxface corpus"):
        prepare_captured("grid", folder / "captures", tmp_path, tmp_path / "out")


@pytest.mark.slow  # starts processes
def test_voices_without_video(tmp_path) -> None:
    write_voices(tmp_path, "voices", 3, ("ben",))
    told = []
    count = prepare_voices(
        "voices",
        tmp_path / "corpora" / "voices",
        tmp_path / "examples",
        tell=lambda done, total: told.append((done, total)),
    )
    assert count == 3
    assert told == [(1, 3), (2, 3), (3, 3)]
    examples = load_examples(tmp_path / "examples" / "voices.npz")
    assert [e.name for e in examples] == ["ben0", "ben1", "ben2"]
    for example in examples:
        assert example.corpus == "voices"
        assert not example.seen.any()
        assert not example.motion.any()
        assert example.about["pose"] == "unknown"
        assert example.about["language"] == "en"
        assert example.articulation.shape == (300, 27)
        # Where a phone is, somebody speaks, however quiet.
        assert example.speech[example.articulation[:, 0] == 0].all()
        assert not example.speech[:30].any()


def test_recordings_of_which_nothing_is_known(tmp_path) -> None:
    folder = write_captured_corpus(tmp_path, takes=2) / "recordings"
    count = prepare_sounds("podcast", sorted(folder.glob("*.wav")), tmp_path)
    examples = load_examples(tmp_path / "podcast.npz")
    assert count == len(examples) == 2
    for example in examples:
        assert example.speaker == example.corpus == "podcast"
        assert not example.seen.any()
        assert example.articulation.shape == (len(example), 0)
        assert 0.2 < example.speech.mean() < 1


def test_facegood_needs_its_takes(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="no FACEGOOD takes"):
        prepare_facegood(tmp_path, tmp_path)


@pytest.mark.slow
def test_facegood(shared, tmp_path) -> None:
    if not (shared / "data" / "facegood").is_dir():
        pytest.skip("no FACEGOOD takes in the shared data")
    with pytest.raises(VoxfaceError, match="voxface prepare"):
        prepare_facegood(shared / "data", tmp_path)
    save_canonical(tmp_path / CANONICAL, make_canonical())
    count = prepare_facegood(shared / "data", tmp_path)
    examples = load_examples(tmp_path / "facegood.npz")
    assert len(examples) == count
    for example in examples:
        assert example.speaker == "shirley"
        assert example.channel_weight[JAW] == 1
        assert 5 < example.channel_weight.sum() < CHANNELS
        assert np.isfinite(example.motion.astype(np.float32)).all()
        assert example.seen.mean() > 0.95
        # The jaw opens where it sounds.
        loudness = example.features.astype(np.float32).mean(1)
        assert float(pearson(example.motion[:, JAW].astype(float), loudness)) > 0.2


@pytest.mark.slow
def test_real_takes_from_video_to_examples(shared, tmp_path) -> None:
    """Five GRID clips: captured, aligned, prepared; the jaw opens where vowels are."""
    pytest.importorskip("mediapipe")
    from voxface.capture.take import capture_video  # noqa: PLC0415

    model = shared / "data" / "face_landmarker_v2_with_blendshapes.task"
    if not model.is_file() or not (shared / "data" / "grid_s1").is_dir():
        pytest.skip("no GRID clips or Face Landmarker model in the shared data")
    takes = [t for t in grid_takes(shared / "data") if t.recording.parent.name == "video"][:5]
    said = [utterance_of(take) for take in takes]
    (tmp_path / "captures").mkdir()
    (tmp_path / "corpus").mkdir()
    for utterance in said:
        capture = capture_video(utterance.recording, model)
        capture.save(tmp_path / "captures", utterance.recording.stem)
    write_cuts(map(cut_of, said), tmp_path / "corpus" / CUTS)
    assert prepare_captured("grid", tmp_path / "captures", tmp_path / "corpus", tmp_path) == 5
    examples = load_examples(tmp_path / "grid.npz")
    canonical = load_canonical(tmp_path / CANONICAL)
    for example in examples:
        assert 290 <= len(example) <= 310
        assert example.seen.mean() > 0.9
        assert example.speech.mean() > 0.3
        assert np.isfinite(example.motion.astype(np.float32)).all()
        weights = canonical.weights(example.motion.astype(float))
        vowel = example.articulation[:, 1] > 128
        quiet = (example.articulation[:, 0] > 128) & (example.speech == 0)
        assert weights[vowel, JAW].mean() > weights[quiet, JAW].mean() + 0.02
    # Nobody moves the tongue: MediaPipe does not see it.
    assert canonical.centre[-1] == -10
    assert examples[0].channel_weight[-1] == 0
