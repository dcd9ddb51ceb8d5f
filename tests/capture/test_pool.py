from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from voxface.capture.pool import map_in_processes
from voxface.errors import VoxfaceError


def work(number: int) -> int:
    if number == 3:
        os._exit(1)  # as a fault in a decoder would
    if number == 5:
        raise VoxfaceError("five is bad")
    return number * number


@pytest.mark.slow
def test_a_bad_item_and_a_dead_process_cost_only_themselves():
    results = dict(map_in_processes(work, range(9), workers=2))
    assert set(results) == set(range(9))
    for number in (0, 1, 2, 4, 6, 7, 8):
        assert results[number] == number * number
    assert str(results[5]) == "five is bad"
    assert "died" in str(results[3])


def wait_and_mark(path: Path) -> None:
    path.with_suffix(".begun").touch()
    time.sleep(60)
    path.touch()


def run_forever(folder: Path) -> None:
    list(map_in_processes(wait_and_mark, [folder / "a", folder / "b"], workers=2))


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path):
    parent = multiprocessing.get_context("spawn").Process(target=run_forever, args=(tmp_path,))
    parent.start()
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("*.begun"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = children(parent.pid)
    assert workers
    os.kill(parent.pid, signal.SIGKILL)
    parent.join()
    deadline = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def children(pid: int | None) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("needs /proc")
    return [int(child) for child in path.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
