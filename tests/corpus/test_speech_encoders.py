"""Speech encoders: small random wav2vec 2.0 nets on disk, heard as the large ones are."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="speech encoders need the extra 'encoders'")
transformers = pytest.importorskip("transformers", reason="needs the extra 'encoders'")

from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import (  # noqa: E402
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForPreTraining,
)

from fabricated import bursts  # noqa: E402
from media import tone, write_media  # noqa: E402
from voxface.corpus import wav2vec  # noqa: E402
from voxface.corpus.encoder_files import encoder_folder, encoder_licence  # noqa: E402
from voxface.corpus.mesh_examples import MeshExample, MeshSet  # noqa: E402
from voxface.corpus.speech_encoders import (  # noqa: E402
    SpeechEncoder,
    SpeechStates,
    encoded_features,
    encoded_meshes,
)
from voxface.corpus.wav2vec import EmotionNet, Wav2Vec  # noqa: E402
from voxface.errors import VoxfaceError, VoxfaceWarning  # noqa: E402
from voxface.face import MeshTopology  # noqa: E402

WIDTH = 16


def tiny_config() -> Wav2Vec2Config:
    """The published convolutions, and everything else small."""
    return Wav2Vec2Config(
        hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        conv_dim=[8] * 7, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
        feat_extract_norm="layer", do_stable_layer_norm=True, codevector_dim=8,
        proj_codevector_dim=8, num_codevectors_per_group=4, num_labels=3,
    )  # fmt: skip


def save_encoder(folder: Path, emotion: bool) -> Path:
    torch.manual_seed(1 + emotion)
    kind = EmotionNet if emotion else Wav2Vec2ForPreTraining
    kind(tiny_config()).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def phonetic(tmp_path_factory) -> Path:
    return save_encoder(tmp_path_factory.mktemp("facebook") / "wav2vec2-tiny", emotion=False)


@pytest.fixture(scope="module")
def emotion(tmp_path_factory) -> Path:
    name = "wav2vec2-large-robust-12-ft-emotion-msp-dim"
    return save_encoder(tmp_path_factory.mktemp("audeering") / name, emotion=True)


@pytest.fixture
def speech() -> np.ndarray:
    return bursts(3.0, seed=3)[:32_000]


def felt(folder: Path, cache: Path, **more) -> SpeechEncoder:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VoxfaceWarning)
        return SpeechEncoder("emotion", str(folder), cache=cache, **more)


def test_states_are_those_of_transformers(phonetic, tmp_path, speech):
    made = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path).states(speech)
    net = transformers.Wav2Vec2Model.from_pretrained(phonetic).eval()
    level = (speech - speech.mean()) / np.sqrt(speech.var() + 1e-7)
    with torch.no_grad():
        wanted = net(torch.from_numpy(level.astype(np.float32))[None]).last_hidden_state[0]
    assert made.values.shape == wanted.shape == (99, WIDTH)
    np.testing.assert_allclose(made.values, wanted, atol=5e-3)


def test_an_emotion_model_tells_three_values_more_as_published(emotion, tmp_path, speech):
    made = felt(emotion, tmp_path).states(speech)
    assert made.values.shape[1] == WIDTH + 3
    held = load_file(emotion / "model.safetensors")
    pooled = torch.from_numpy(made.values[:, :WIDTH].astype(np.float32)).mean(dim=0)
    inner = torch.tanh(held["classifier.dense.weight"] @ pooled + held["classifier.dense.bias"])
    wanted = held["classifier.out_proj.weight"] @ inner + held["classifier.out_proj.bias"]
    np.testing.assert_allclose(made.values[:, WIDTH:], wanted.expand(99, -1), atol=2e-3)


def test_states_stand_where_their_sound_is(phonetic):
    net = Wav2Vec(phonetic)
    assert (net.hop, net.reach) == (320, 400)
    np.testing.assert_allclose(net.times(3), [0.0125, 0.0325, 0.0525], atol=1e-4)
    # The convolutions of a state whose middle is at 0.5125 s see no further than 12.5 ms from it.
    quiet = torch.zeros(1, 16_000)
    click = quiet.clone()
    click[0, round(0.5125 * 16_000)] = 1
    with torch.no_grad():
        change = net.net.feature_extractor(click) - net.net.feature_extractor(quiet)
    changed = np.flatnonzero(change.abs().sum(dim=1)[0].numpy() > 1e-6)
    assert 25 in changed and set(changed) <= {24, 25, 26}


def test_states_are_linear_between_their_times():
    times = 0.0125 + 0.02 * np.arange(50)
    # A state that is its own time, and one that never changes.
    values = np.stack([times, np.full(50, 2.0)], axis=1).astype(np.float16)
    for rate in (25, 29.97, 50, 100):
        frames = int(0.95 * rate)
        told = SpeechStates(values, times).at_rate(frames, rate)
        wanted = np.maximum(np.arange(frames) / rate, times[0])
        np.testing.assert_allclose(told[:, 0], wanted, atol=1e-3)
        assert (told[:, 1] == 2).all()
    late = SpeechStates(values, times).at_rate(200, 100)
    np.testing.assert_allclose(late[-1, 0], times[-1], atol=1e-3)


def test_long_takes_are_heard_in_pieces_that_meet(phonetic, monkeypatch):
    net = Wav2Vec(phonetic)
    sound = bursts(6.0, seed=1)
    whole = net.states(sound)
    monkeypatch.setattr(wav2vec, "PIECE", 2.0)
    pieces = net.states(sound)
    assert pieces.shape == whole.shape
    # Attention of this random net is nearly even, so that a shorter view shifts every state alike.
    assert np.corrcoef(pieces.ravel(), whole.ravel())[0, 1] > 0.99
    step = np.abs(np.diff(pieces, axis=0)).mean(axis=1)
    usual = np.abs(np.diff(whole, axis=0)).mean(axis=1)
    assert (step[[99, 199]] < usual[[99, 199]] + 0.2).all()


@pytest.mark.parametrize("samples", [0, 1, 399, 400, 719, 720])
def test_very_short_takes(phonetic, tmp_path, samples):
    made = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path).states(tone(1)[:samples])
    assert len(made.values) == max(1, (samples - 400) // 320 + 1)
    assert np.isfinite(made.at_rate(7, 100)).all()


def test_a_take_is_heard_once(phonetic, tmp_path, speech, monkeypatch):
    encoder = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path / "made" / "anew")
    first = encoder.states(speech)
    monkeypatch.setattr(Wav2Vec, "states", lambda *_: pytest.fail("heard again"))
    again = SpeechEncoder("phonetic", str(phonetic), cache=encoder.cache)
    np.testing.assert_array_equal(again.states(speech).values, first.values)
    np.testing.assert_array_equal(again.states(speech).times, first.times)


def test_the_cache_tells_takes_and_weights_apart(phonetic, emotion, tmp_path, speech):
    cache = tmp_path / "cache"
    other = save_encoder(tmp_path / "other", emotion=False)
    weights = load_file(other / "model.safetensors")
    weights = {name: part + 0.01 for name, part in weights.items()}
    save_file(weights, other / "model.safetensors", {"format": "pt"})
    for encoder in (
        SpeechEncoder("phonetic", str(phonetic), cache=cache),
        SpeechEncoder("phonetic", str(other), cache=cache),
        felt(emotion, cache),
    ):
        encoder.states(speech)
        encoder.states(speech[:-1])
    assert len(list(cache.glob("*.safetensors"))) == 6


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_cache_is_made_anew(phonetic, tmp_path, speech, damage):
    encoder = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path)
    first = encoder.states(speech)
    (file,) = tmp_path.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-100] if damage is None else damage)
    np.testing.assert_array_equal(encoder.states(speech).values, first.values)
    assert file.stat().st_size > 1000


def test_licences_are_told_and_noted(phonetic, emotion, tmp_path):
    told: list[str] = []
    encoder = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path, tell=told.append)
    with pytest.warns(VoxfaceWarning, match="CC BY-NC-SA 4.0.*not commercial"):
        felt_encoder = SpeechEncoder("emotion", str(emotion), cache=tmp_path, tell=told.append)
    assert "CC BY-NC-SA 4.0" in told[1] and str(emotion) in told[1]
    about = felt_encoder.about
    assert about["commercial_use"] is False and about["kind"] == "emotion"
    assert len(about["weights_sha256"]) == 64
    assert encoder.about["weights_sha256"] != about["weights_sha256"]
    json.dumps(about)


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("facebook/wav2vec2-large-xlsr-53", "Apache-2.0"),
        ("facebook/wav2vec2-base-960h", "Apache-2.0"),
        ("audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim", "CC BY-NC-SA 4.0"),
        ("/data/models/facebook/wav2vec2-base", "Apache-2.0"),
        ("/hub/models--facebook--wav2vec2-base/snapshots/abc", "Apache-2.0"),
        ("someone/wav2vec2-base", "unknown"),
        ("facebook/hubert-large", "unknown"),
    ],
)
def test_licences_by_name(name, licence):
    assert encoder_licence(name).name == licence


def test_a_copied_folder_of_the_emotion_model_is_still_not_commercial(emotion):
    assert encoder_licence(str(emotion)).commercial is False


def test_weights_of_another_kind_are_told(phonetic, tmp_path, speech):
    encoder = felt(phonetic, tmp_path)
    with pytest.raises(VoxfaceError, match="lack 4 parts of EmotionNet, such as classifier"):
        encoder.states(speech)


def test_weights_with_the_names_of_older_files_are_the_same(emotion, tmp_path, speech):
    wanted = felt(emotion, tmp_path / "a").states(speech)
    folder = tmp_path / "older"
    folder.mkdir()
    for file in ("config.json", "preprocessor_config.json"):
        (folder / file).write_bytes((emotion / file).read_bytes())
    names = {"parametrizations.weight.original0": "weight_g",
             "parametrizations.weight.original1": "weight_v"}  # fmt: skip
    weights = {}
    for name, part in load_file(emotion / "model.safetensors").items():
        for new, old in names.items():
            name = name.replace(new, old)  # noqa: PLW2901
        weights[name] = part
    assert sum(name.endswith(("weight_g", "weight_v")) for name in weights) == 2
    torch.save(weights, folder / "pytorch_model.bin")
    made = felt(folder, tmp_path / "b").states(speech)
    np.testing.assert_array_equal(made.values, wanted.values)


def test_a_folder_that_lacks_files_says_which(phonetic, tmp_path):
    config = (phonetic / "config.json").read_bytes()
    (tmp_path / "config.json").write_bytes(config)
    with pytest.raises(VoxfaceError, match=r"lacks preprocessor_config.json, model.safetensors or"):
        encoder_folder(str(tmp_path))
    with pytest.raises(VoxfaceError, match="there is no folder"):
        encoder_folder("./nowhere")


def test_plain_torch_files_are_read_without_running_them(phonetic, tmp_path, speech):
    wanted = SpeechEncoder("phonetic", str(phonetic), cache=tmp_path / "a").states(speech)
    for file in ("config.json", "preprocessor_config.json"):
        (tmp_path / file).write_bytes((phonetic / file).read_bytes())
    torch.save(load_file(phonetic / "model.safetensors"), tmp_path / "pytorch_model.bin")
    made = SpeechEncoder("phonetic", str(tmp_path), cache=tmp_path / "b").states(speech)
    np.testing.assert_array_equal(made.values, wanted.values)

    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(VoxfaceError, match="that can be read") as error:
        SpeechEncoder("phonetic", str(tmp_path), cache=tmp_path / "c").states(speech)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "sprung").exists()


def test_damaged_weights_are_told_in_a_line(phonetic, tmp_path, speech):
    for file in phonetic.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(VoxfaceError, match="that can be read") as error:
        SpeechEncoder("phonetic", str(tmp_path), cache=tmp_path / "c").states(speech)
    assert "\n" not in str(error.value)


def test_without_the_hub_the_error_says_which_files_to_put_where(tmp_path):
    code = (
        "from voxface.corpus.encoder_files import encoder_folder\n"
        "encoder_folder('facebook/wav2vec2-large-xlsr-53')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    (line,) = [each for each in run.stderr.splitlines() if "VoxfaceError" in each]
    for part in (
        "config.json", "preprocessor_config.json", "model.safetensors", "pytorch_model.bin",
        "https://huggingface.co/facebook/wav2vec2-large-xlsr-53",
        "models/facebook/wav2vec2-large-xlsr-53",
    ):  # fmt: skip
        assert part in line


def test_an_unknown_kind_is_told():
    with pytest.raises(VoxfaceError, match="did you mean 'emotion'"):
        SpeechEncoder("emotional")


def test_features_are_widened_and_sets_note_their_encoders(phonetic, emotion, tmp_path, speech):
    file = write_media(tmp_path / "take.wav", speech, 16_000, "pcm_s16le", "s16")
    encoders = [SpeechEncoder("phonetic", str(phonetic), cache=tmp_path), felt(emotion, tmp_path)]
    features = np.zeros((200, 83), np.float16)
    wide = encoded_features(features, speech, encoders)
    assert wide.shape == (200, 83 + 2 * WIDTH + 3) and wide.dtype == np.float16
    assert (wide[:, :83] == features).all()
    wanted = encoders[0].states(speech).at_rate(200, 100)
    np.testing.assert_allclose(wide[:, 83 : 83 + WIDTH], wanted, atol=1e-2)
    example = MeshExample(
        "take", "s1", "grid", features, np.zeros((50, 4, 3), np.float16), np.ones(50, np.uint8),
        np.zeros((4, 3), np.float32), 25.0, {"recording": str(file), "licence": "CC BY 4.0"},
    )  # fmt: skip
    topology = MeshTopology("square", np.array([[0, 1, 2], [0, 2, 3]]), 4)
    (made,) = encoded_meshes(MeshSet(topology, [example]), encoders).examples
    assert made.features.shape == wide.shape
    assert "CC BY 4.0" in made.about["licence"] and "CC BY-NC-SA 4.0" in made.about["licence"]
    assert [each["kind"] for each in made.about["encoders"]] == ["phonetic", "emotion"]
    nameless = replace(example, about={})
    with pytest.raises(VoxfaceError, match="where its recording is"):
        encoded_meshes(MeshSet(topology, [nameless]), encoders)
