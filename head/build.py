"""Build the default head: ``python head/build.py`` writes ``src/voxface/rig/head.glb``."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from assemble import make_rig  # noqa: E402

from voxface.rig import write_glb  # noqa: E402

OUTPUT = HERE.parent / "src" / "voxface" / "rig" / "head.glb"


def build() -> bytes:
    """Return the head as a GLB file."""
    return write_glb(make_rig(), morph_normals=False)


def main() -> None:
    """Write the head beside its place, then put it there."""
    made = build()
    beside = OUTPUT.with_suffix(".part")
    beside.write_bytes(made)
    beside.replace(OUTPUT)
    print(f"{OUTPUT}: {len(made) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
