"""Ten minutes of MP3 into a Live Link CSV, process start included; and the published way beside it.

Run: ``pip install voxface[bench]`` and ``python benchmarks/end_to_end.py [REPEATS] [--model FILE]``

The published way is librosa's log-mel, zero crossings and loudness, then an ONNX net of the
published size (4 layers of 128 channels, kernel 3, dense, centred). Both write 36,000 rows of CSV:
voxface its Live Link file, the published way plain numbers by `numpy.savetxt`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from common import animate_command, arguments, print_table, seconds_of, write_sound
from onnx import TensorProto, helper, numpy_helper

SECONDS = 600.0
REAL_TIME_LIMIT = 400.0
PEER_LIMIT = 2.5

PUBLISHED = """
import sys
import librosa, numpy as np, onnxruntime
sound, rate = librosa.load(sys.argv[1], sr=16000, mono=True)
mel = librosa.feature.melspectrogram(y=sound, sr=rate, n_fft=512, hop_length=160, n_mels=80)
rows = [librosa.power_to_db(mel, ref=np.max)]
rows.append(librosa.feature.zero_crossing_rate(sound, frame_length=512, hop_length=160))
rows.append(librosa.feature.rms(y=sound, frame_length=512, hop_length=160))
features = np.concatenate(rows)[None].astype(np.float32)
session = onnxruntime.InferenceSession(sys.argv[2], providers=["CPUExecutionProvider"])
face = session.run(None, {"features": features})[0][0].T
np.savetxt(sys.argv[3], face[np.arange(len(sound) * 60 // rate) * 100 // 60], "%.6f", ",")
"""


def main() -> None:
    number, model = arguments("REPEATS", 3)
    repeats = int(number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_sound(folder / "speech.mp3", SECONDS, 44_100, "libmp3lame", "fltp", "stereo")
        net = write_published_net(folder / "net.onnx")
        # In turn, so that both meet the same machine.
        ours, theirs = [], []
        for _ in range(repeats):
            ours += seconds_of(animate_command(source, folder / "out.csv", model), 1)
            script = [sys.executable, "-c", PUBLISHED, source, net, folder / "published.csv"]
            theirs += seconds_of(script, 1)
    best, peer = min(ours), min(theirs)
    print_table(
        f"{SECONDS:.0f} s of stereo MP3 at 44.1 kHz, best of {repeats}",
        [
            ("voxface animate, to CSV", f"{best:.2f} s", "", None),
            ("published way, to CSV", f"{peer:.2f} s", "", None),
            (
                "times real time", f"{SECONDS / best:.0f} x", f"{REAL_TIME_LIMIT:.0f} x or more",
                SECONDS / best >= REAL_TIME_LIMIT,
            ),
            (
                "times the published way", f"{peer / best:.1f} x", f"{PEER_LIMIT} x or more",
                peer / best >= PEER_LIMIT,
            ),
        ],
    )  # fmt: skip


def write_published_net(path: Path, inputs: int = 82, width: int = 128, outputs: int = 59) -> Path:
    """Write a net of the published size with random weights."""
    random = np.random.default_rng(0)
    nodes, weights, source, channels = [], [], "features", inputs
    for layer, dilation in enumerate((1, 2, 4, 8)):
        kernel = random.normal(0, 0.05, (width, channels, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"w{layer}"))
        nodes += [
            helper.make_node(
                "Conv", [source, f"w{layer}"], [f"c{layer}"],
                dilations=[dilation], pads=[dilation, dilation],
            ),
            helper.make_node("Relu", [f"c{layer}"], [f"h{layer}"]),
        ]  # fmt: skip
        source, channels = f"h{layer}", width
    last = random.normal(0, 0.05, (outputs, width, 1)).astype(np.float32)
    weights.append(numpy_helper.from_array(last, "last"))
    nodes += [
        helper.make_node("Conv", [source, "last"], ["face"]),
        helper.make_node("Sigmoid", ["face"], ["out"]),
    ]
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "published",
        [tensor("features", TensorProto.FLOAT, [1, inputs, "frames"])],
        [tensor("out", TensorProto.FLOAT, [1, outputs, "frames"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


if __name__ == "__main__":
    main()
