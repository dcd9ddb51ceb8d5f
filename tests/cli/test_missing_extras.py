"""A verb whose packages are missing says which extra brings them, in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

VERBS = {
    "prepare": (["-o", "out", "--captures", "a", "--corpora", "b"], "scipy"),
    "train": (["recipe.yaml"], "yaml"),
    "label": (["examples.npz", "--teacher", "run", "-o", "out.npz"], "torch"),
    "export": (["run"], "torch"),
    "evaluate": ([], "scipy"),
}


def run_without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh Python in which a package cannot be imported."""
    code = f"import sys; sys.modules[{package!r}] = None; from voxface.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("verb", VERBS)
def test_a_missing_package_is_one_line(verb: str) -> None:
    arguments, package = VERBS[verb]
    ended = run_without(package, verb, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"voxface: {verb} needs {package}; install it with: pip install 'voxface[train]'\n"
    )


def test_a_module_of_ours_that_is_missing_is_a_programming_error() -> None:
    ended = run_without("voxface.training.recipe", "train", "recipe.yaml")
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
