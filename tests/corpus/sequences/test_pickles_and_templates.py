"""Files that corpora share: pickles, which run nothing, and templates."""

from __future__ import annotations

import collections
import pickle

import numpy as np
import pytest

from planted_sequences import (
    HEAD,
    TOPOLOGY,
    save_ply,
)
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.triangles import read_obj, read_ply
from voxface.errors import VoxfaceError


class Evil:
    """Would run a command if it were unpickled."""

    def __reduce__(self):
        return (print, ("run!",))


def test_pickles_run_nothing(tmp_path, capsys) -> None:
    path = tmp_path / "templates.pkl"
    path.write_bytes(pickle.dumps({"a": Evil()}))
    with pytest.raises(VoxfaceError, match="not a pickle of arrays") as raised:
        read_pickle(path)
    assert "\n" not in str(raised.value) and "run!" not in capsys.readouterr().out
    path.write_bytes(pickle.dumps(collections.OrderedDict(a=np.arange(3)))[:-9])
    with pytest.raises(VoxfaceError, match=r"templates\.pkl"):
        read_pickle(path)


def test_pickles_of_python_2(tmp_path) -> None:
    """Text is bytes there, and NumPy stood elsewhere."""
    path = tmp_path / "templates.pkl"
    new = pickle.dumps({"FaceTalk": np.arange(6.0).reshape(2, 3)}, protocol=2)
    path.write_bytes(new.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert read_pickle(path)["FaceTalk"].tolist() == [[0, 1, 2], [3, 4, 5]]
    path.write_bytes(b"(dp0\nS'caf\\xe9'\np1\n(lp2\nI1\naI2\nas.")
    assert read_pickle(path) == {"caf\xe9": [1, 2]}


def test_templates_in_text_and_binary(tmp_path) -> None:
    for binary in (False, True):
        save_ply(tmp_path / "face.ply", binary)
        vertices, triangles = read_ply(tmp_path / "face.ply")
        assert vertices == pytest.approx(HEAD, abs=1e-4)
        assert np.array_equal(triangles, TOPOLOGY.triangles)
    (tmp_path / "quad.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n")
    assert read_obj(tmp_path / "quad.obj")[1].tolist() == [[0, 1, 2], [0, 2, 3]]
    (tmp_path / "bad.ply").write_bytes(b"ply\nformat ascii 1.0\nend_header\n")
    with pytest.raises(VoxfaceError, match="no PLY file"):
        read_ply(tmp_path / "bad.ply")
