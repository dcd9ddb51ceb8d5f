"""The microphone, by the fake devices of a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import ENGINE_PAGE, build, chromium, floats, missing, served, write_wav

from voxface.audio import read

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "speech.flac"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(build(ENGINE_PAGE, tmp_path_factory.mktemp("page"))) as address:
        yield address


def test_the_microphone_moves_the_face(address: str, tmp_path: Path) -> None:
    speech = write_wav(tmp_path / "speech.wav", read(EXAMPLE, 48_000), 48_000)
    with chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={speech}%noloop",
    ) as browser:
        page = browser.new_page()
        page.goto(address)
        found = page.evaluate(
            """async () => {
                const engine = await tests.engine;
                let stream, blocks = 0, failed = "";
                const coming = [];
                const microphone = await tests.core.openMicrophone({
                    onBlock: (pcm) => {
                        blocks += 1;
                        if (stream) coming.push(stream.push(pcm));
                    },
                });
                stream = engine.stream({ fps: 60, sampleRate: microphone.sampleRate });
                await new Promise((done) => setTimeout(done, 4000));
                await microphone.stop();
                const heardUntilStop = blocks;
                coming.push(stream.flush());
                const clips = await Promise.all(coming);
                await new Promise((done) => setTimeout(done, 300));
                return {
                    ...tests.plain(...clips),
                    rate: microphone.sampleRate,
                    label: microphone.label,
                    latency: microphone.latency,
                    streamLatency: stream.latency,
                    seconds: stream.raw().samples / microphone.sampleRate,
                    late: blocks - heardUntilStop,
                };
            }"""
        )
    frames = floats(found["weights"], 52)
    jaw = frames[:, found["channels"].index("jawOpen")]
    print({name: found[name] for name in ("rate", "label", "latency", "streamLatency")})
    assert found["late"] == 0
    assert 2 < found["seconds"] < 5
    assert abs(len(frames) - found["seconds"] * 60) <= 1
    assert jaw.max() > 0.1
    assert 0.01 <= found["latency"] < 0.3
    assert found["streamLatency"] < 0.15


@pytest.mark.parametrize(
    ("arguments", "granted", "wanted"),
    [
        ((), True, "there is no microphone; connect one and try again"),
        (("--use-fake-device-for-media-stream",), False, "the microphone is not allowed"),
    ],
)
def test_a_microphone_that_cannot_be_had_is_explained(
    address: str, arguments: tuple[str, ...], granted: bool, wanted: str
) -> None:
    with chromium(*arguments) as browser:
        context = browser.new_context(permissions=["microphone"] if granted else [])
        page = context.new_page()
        page.goto(address)
        said = page.evaluate("tests.refusal(tests.core.openMicrophone({ onBlock() {} }))")
    assert said.startswith(f"VoxfaceError: {wanted}")
