"""onnxruntime-web runs every precision, with the numbers of Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fabricated import bursts
from voxface.engine import Model
from voxface.training.shrink.loss import channel_losses
from voxface.training.shrink.precision import PRECISIONS, shrink_model

ROOT = Path(__file__).resolve().parents[3]
RUNTIME = ROOT / "web" / "node_modules" / "onnxruntime-web"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
@pytest.mark.skipif(not RUNTIME.is_dir(), reason="needs 'npm ci' in web/")
def test_the_browsers_runtime_says_the_same(large_file, tmp_path) -> None:
    sound = bursts()[6_000:14_000]
    (tmp_path / "sound.f32").write_bytes(sound.tobytes())
    files = [large_file]
    for precision in PRECISIONS:
        files.append(tmp_path / f"{precision}.onnx")
        shrink_model(large_file, files[-1], precision, sounds=[bursts()])
    words = ["node", ROOT / "benchmarks" / "wasm_push.mjs", tmp_path / "sound.f32", *files]
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=400, check=True
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["frames"] for row in rows] == [50] * len(files)
    for path, row in zip(files, rows, strict=True):
        losses = channel_losses(Model(large_file), Model(path), [np.float32(sound)])
        wanted = max(loss.most for loss in losses if loss.name != "speech")
        # The runtime's sums round differently: a step of 8 bits here and there.
        assert row["most"] == pytest.approx(wanted, abs=1e-4 + 0.5 * wanted)
