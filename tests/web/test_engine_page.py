"""The engine of the page, in a real browser, says what the package says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import (
    ENGINE_PAGE,
    base64_of,
    build,
    chromium,
    floats,
    missing,
    served,
    write_wav,
)

import voxface
from media import write_media
from voxface import Controls, FaceClip
from voxface.audio import read
from voxface.engine.life import Life

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "speech.flac"
CLOSE = 1e-3
"""What the page promises; measured is 1e-6 for WAV (see web/README.md)."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(build(ENGINE_PAGE, tmp_path_factory.mktemp("page"))) as address:
        yield address


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    with chromium() as browser:
        page = browser.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.evaluate("tests.engine.then(() => undefined)")
        yield page
        assert not errors
        assert {url for url in asked if not url.startswith(address)} == {
            url for url in asked if url.endswith("/favicon.ico")
        }, "the page asks other hosts"


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example as a WAV file at 16 kHz."""
    return write_wav(tmp_path_factory.mktemp("sound") / "speech.wav", read(EXAMPLE), 16_000)


@pytest.fixture(scope="module")
def heard(page: Any, speech: Path) -> Any:
    """Let the page hear the example once; what the model said is kept there."""
    page.evaluate(
        """async ([data, name]) => {
            window.sound = await tests.sound(data, name);
            window.told = [];
            const onProgress = (share) => told.push(share);
            window.answer = await (await tests.engine).animate(sound, { onProgress });
        }""",
        [base64_of(speech.read_bytes()), speech.name],
    )
    return page


def largest_difference(found: dict[str, Any], clip: FaceClip) -> float:
    weights, head = floats(found["weights"], len(clip.channels)), floats(found["head"], 7)
    assert found["channels"] == list(clip.channels)
    assert found["fps"] == {
        "numerator": clip.fps.numerator,
        "denominator": clip.fps.denominator,
    }
    assert weights.shape == clip.weights.shape
    difference = np.abs(weights - clip.weights).max(), np.abs(head - clip.head).max()
    return float(max(difference))


CASES: list[tuple[Any, dict[str, Any]]] = [
    (60, {}),
    (30, {"smoothing": 80.0, "life": 0}),
    (60, {"life": Life(seed=12, blink_rate=50.0, gaze=1.5, head=0.5), "smoothing": 200.0}),
    (30, {"expression": {"joy": 0.6, "fear": ((1.0, 0.0), (2.5, 0.9))}, "life": 0.5}),
    ("29.97", {"silence_gate": False, "gain": {"jawOpen": 1.5, "mouthPucker": 0.0}}),
    (24, {"strength": {"mouth": 0.6, "head": 2.0}, "offset": {"mouthSmileLeft": 0.2}}),
    (100, {"smoothing": 333.0, "strength": {"jaw": 1.7, "eyes": 0.0}}),
    ("12.5", {"offset": {"tongueOut": 0.3, "jawOpen": -0.1}, "silence_gate": False}),
]


@pytest.mark.parametrize(
    ("fps", "options"), CASES, ids=[f"{fps} {sorted(options)}" for fps, options in CASES]
)
def test_frames_are_python_s(heard: Any, speech: Path, fps: Any, options: dict[str, Any]) -> None:
    clip = voxface.animate(speech, fps=fps, controls=Controls(**options))
    found = heard.evaluate(
        """async ([fps, controls]) =>
            tests.plain((await tests.engine).shape(answer.raw, controls, fps))""",
        [fps, page_controls(options)],
    )
    difference = largest_difference(found, clip)
    print(f"{fps} fps, {options}: largest difference {difference:.1e}")
    assert difference <= CLOSE / 100  # 16 kHz WAV is read sample by sample
    told = {name: found["metadata"][name] for name in ("model", "licence", "controls", "life")}
    assert told == json.loads(json.dumps({name: clip.metadata[name] for name in told}))
    unseen = [name for name, seen in zip(clip.channels, clip.tracked[0], strict=True) if not seen]
    assert found["untracked"] == unseen


def page_controls(options: dict[str, Any]) -> dict[str, Any]:
    """Return Python's options under the page's names."""
    named = {"silenceGate" if k == "silence_gate" else k: v for k, v in options.items()}
    if isinstance(named.get("life"), Life):
        life = named["life"].as_metadata()
        named["life"] = {"blinkRate" if k == "blink_rate" else k: v for k, v in life.items()}
    return named


def test_a_recording_is_heard_to_its_end(heard: Any, speech: Path) -> None:
    told, seconds, notices = heard.evaluate("[told, sound.seconds, sound.notices]")
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 2
    assert seconds == pytest.approx(len(read(speech)) / 16_000)
    assert notices == []
    clip = voxface.animate(speech)
    assert largest_difference(heard.evaluate("tests.plain(answer.clip)"), clip) <= CLOSE / 100


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_a_stream_in_random_cuts_says_what_a_recording_says(
    heard: Any, speech: Path, tmp_path: Path, rate: int
) -> None:
    file = write_wav(tmp_path / "speech.wav", read(speech, rate), rate)
    clip = voxface.animate(file, fps="29.97", controls=Controls(smoothing=50))
    chance = np.random.default_rng(rate)
    cuts = [*chance.integers(0, 300, 100).tolist(), *chance.integers(0, rate // 4, 100).tolist()]
    found = heard.evaluate(
        """async ([data, cuts]) => {
            const { samples, sampleRate } = await tests.sound(data, "speech.wav");
            const controls = { smoothing: 50 };
            const stream = (await tests.engine).stream({ fps: 29.97, controls, sampleRate });
            const coming = [];
            let at = 0;
            for (const cut of [...cuts, samples.length]) {
                coming.push(stream.push(samples.subarray(at, at + cut)));
                at += cut;
            }
            coming.push(stream.flush());
            const clips = await Promise.all(coming);
            const again = (await tests.engine).shape(stream.raw(), controls, "29.97");
            return { ...tests.plain(...clips), again: tests.plain(again), rate: sampleRate };
        }""",
        [base64_of(file.read_bytes()), cuts],
    )
    assert found["rate"] == rate
    assert largest_difference(found, clip) <= CLOSE / 100
    assert largest_difference(found["again"], clip) <= CLOSE / 100


def test_controls_may_change_while_a_stream_runs(heard: Any) -> None:
    found = heard.evaluate(
        """async () => {
            const engine = await tests.engine;
            const stream = engine.stream({ controls: { smoothing: 200 } });
            const half = 16000 * 4;
            const first = await stream.push(sound.samples.subarray(0, half));
            stream.setControls({ strength: { mouth: 0, jaw: 0 } });
            const second = await stream.push(sound.samples.subarray(half, 2 * half));
            stream.setControls({ smoothing: 400 });
            const third = await stream.push(sound.samples.subarray(2 * half));
            const fourth = await stream.flush();
            return [first, second, third, fourth].map((clip) => tests.plain(clip));
        }"""
    )
    clips = [floats(part["weights"], 52) for part in found]
    assert sum(map(len, clips)) == heard.evaluate("answer.clip.head.length / 7")
    jaw = [part[:, found[0]["channels"].index("jawOpen")] for part in clips]
    assert jaw[0].max() > 0.05
    assert jaw[1].max() == 0
    starts = np.cumsum([0, *map(len, clips[:-1])]) / 60
    np.testing.assert_allclose([part["starts"][0] for part in found if part["starts"]], starts[
        [bool(part["starts"]) for part in found]
    ])  # fmt: skip


def test_sliders_are_cheap(heard: Any) -> None:
    milliseconds = heard.evaluate(
        """async () => {
            const engine = await tests.engine;
            const minute = new Float32Array(16000 * 60);
            for (let i = 0; i < minute.length; i++) {
                minute[i] = sound.samples[i % sound.samples.length];
            }
            const { raw } = await engine.animate({ ...sound, samples: minute });
            const times = [];
            for (let i = 0; i < 7; i++) {
                const begun = performance.now();
                engine.shape(raw, { smoothing: 80 + i });
                times.push(performance.now() - begun);
            }
            return times.sort((a, b) => a - b)[3];
        }"""
    )
    print(f"a minute of frames is shaped anew in {milliseconds:.0f} ms")
    assert milliseconds < 100  # 30 on an idle machine; tests run on busy ones


def test_listening_can_be_stopped(heard: Any, speech: Path) -> None:
    said = heard.evaluate(
        """async () => {
            const engine = await tests.engine;
            const stop = new AbortController();
            const onProgress = () => stop.abort();
            const stopped = engine.animate(sound, { signal: stop.signal, onProgress });
            const refusal = await tests.refusal(stopped);
            return [refusal, (await engine.animate(sound)).clip.head.length / 7];
        }"""
    )
    assert said[0].startswith("AbortError")
    assert said[1] == len(voxface.animate(speech))


@pytest.mark.parametrize(
    ("suffix", "codec", "sample_format", "rate", "close"),
    [
        (".wav", "pcm_s16le", "s16", 44_100, 1e-5),
        (".wav", "pcm_s24le", "s32", 48_000, 1e-5),
        (".flac", "flac", "s16", 44_100, CLOSE),
        (".mp3", "libmp3lame", "fltp", 44_100, CLOSE),
        (".m4a", "aac", "fltp", 48_000, CLOSE),
        # Two decoders of Opus differ most, and lips that decide answer more steeply.
        (".ogg", "libopus", "flt", 48_000, 3 * CLOSE),
    ],
)
def test_files_of_other_kinds(
    page: Any, tmp_path: Path, suffix: str, codec: str, sample_format: str, rate: int,
    close: float,
) -> None:  # fmt: skip
    # Silence at the end: how much of an encoder's own padding is kept there is not agreed on.
    sound = np.concatenate([read(EXAMPLE, rate)[: 4 * rate], np.zeros(rate // 2, np.float32)])
    file = write_media(tmp_path / f"a{suffix}", sound, rate, codec, sample_format, channels=2)
    found = page.evaluate(
        """async ([data, name]) => {
            const sound = await tests.sound(data, name);
            const { clip } = await (await tests.engine).animate(sound);
            return { ...tests.plain(clip), rate: sound.sampleRate };
        }""",
        [base64_of(file.read_bytes()), file.name],
    )
    clip = voxface.animate(file)
    assert found["rate"] == rate
    weights = floats(found["weights"], 52)
    shared = min(len(weights), len(clip))
    assert abs(len(weights) - len(clip)) <= 2
    difference = np.abs(weights[:shared] - clip.weights[:shared]).max()
    print(f"{codec} at {rate}: largest difference {difference:.1e}")
    assert difference <= close


def test_broken_files_are_refused_with_a_reason(page: Any, speech: Path, tmp_path: Path) -> None:
    whole = speech.read_bytes()
    mp3 = write_media(tmp_path / "a.mp3", read(EXAMPLE, 44_100), 44_100, "libmp3lame", "fltp")
    for name, data, wanted in (
        ("empty.mp3", b"", "VoxfaceError: empty.mp3 is empty (0 bytes)"),
        ("notes.txt", b"These are notes. " * 99, "notes.txt is not a sound or video file"),
        ("one.wav", b"R", "one.wav is not a sound or video file"),
        ("head.wav", whole[:30], "head.wav is cut off or damaged"),
        ("none.wav", whole[:44], "none.wav holds no sound: it is zero seconds long"),
        ("torn.mp3", mp3.read_bytes()[:60], "torn.mp3 is MP3, but this browser finds no sound"),
        ("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(90), "film.mp4 is MP4, but this browser"),
    ):
        said = page.evaluate(
            "([data, name]) => tests.refusal(tests.sound(data, name))", [base64_of(data), name]
        )
        assert said.startswith("VoxfaceError: ")
        assert wanted in said
    refused = "async (options) => tests.refusal((await tests.engine).animate(sound, options))"
    assert "is not a frame rate" in page.evaluate(refused, {"fps": "fast"})
    unknown = page.evaluate(refused, {"controls": {"gain": {"jawOpn": 2}}})
    assert unknown == "VoxfaceError: unknown channel 'jawOpn'; did you mean 'jawOpen'?"


def test_silent_and_cut_files_are_used_with_a_notice(
    page: Any, speech: Path, tmp_path: Path
) -> None:
    silent = write_wav(tmp_path / "silent.wav", np.zeros(16_000), 16_000)
    for data, wanted in (
        (speech.read_bytes()[:64_044], "speech.wav is cut off: 2.0 s of 9.1 s are there"),
        (silent.read_bytes(), "speech.wav is silent: nobody speaks in it"),
    ):
        notices = page.evaluate(
            "async (data) => (await tests.sound(data, 'speech.wav')).notices", base64_of(data)
        )
        assert notices == [wanted]


def test_a_stream_that_is_over_takes_no_more(heard: Any) -> None:
    said = heard.evaluate(
        """async () => {
            const engine = await tests.engine;
            const [ended, closed] = [engine.stream(), engine.stream()];
            await ended.push(sound.samples.subarray(0, 1600));
            await ended.flush();
            closed.close();
            const more = (stream) => tests.refusal(stream.push(sound.samples.subarray(0, 1600)));
            return [await more(ended), await more(closed)];
        }"""
    )
    assert said == ["InvalidStateError: the sound is over"] * 2


@pytest.mark.parametrize(
    ("lost", "wanted"),
    [
        ("**/*.onnx", "the model could not be loaded; check the connection"),
        ("**/*.wasm", "the model cannot run here: WebAssembly could not be loaded"),
    ],
)
def test_a_page_that_lacks_a_file_says_so(page: Any, address: str, lost: str, wanted: str) -> None:
    context = page.context.browser.new_context()
    context.route(lost, lambda route: route.abort())
    poor = context.new_page()
    poor.goto(address)
    assert poor.evaluate("tests.refusal(tests.engine)").startswith(f"VoxfaceError: {wanted}")
    context.close()
