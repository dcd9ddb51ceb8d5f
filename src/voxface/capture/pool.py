"""A map over many items on many processes, in which one that dies costs only its own item."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import TypeVar

from voxface.errors import VoxfaceError

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[tuple[Item, Result | VoxfaceError]]:
    """Yield every item with its result, or with the `VoxfaceError` it met, as they finish.

    A process that dies (out of memory, a fault in a decoder) takes its pool with it; the items that
    were under way are then tried again, each alone, and the rest go on in a new pool.
    """
    waiting = deque(items)
    while waiting:
        pool = _new_pool(workers)
        under_way: dict[Future[Result], Item] = {}
        suspects: list[Item] = []
        try:
            while (waiting or under_way) and not suspects:
                while waiting and len(under_way) <= workers:
                    under_way[pool.submit(function, waiting[0])] = waiting[0]
                    waiting.popleft()
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    item = under_way.pop(future)
                    try:
                        yield item, future.result()
                    except VoxfaceError as error:
                        yield item, error
                    except BrokenProcessPool:
                        suspects.append(item)
        except BrokenProcessPool:  # it broke while an item was handed in
            pass
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        for item in (*suspects, *under_way.values()):
            yield item, _alone(function, item)


def _alone(function: Callable[[Item], Result], item: Item) -> Result | VoxfaceError:
    pool = _new_pool(1)
    try:
        return pool.submit(function, item).result()
    except VoxfaceError as error:
        return error
    except BrokenProcessPool:
        return VoxfaceError("the process that worked on it died (out of memory, or a damaged file)")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _new_pool(workers: int) -> ProcessPoolExecutor:
    # A forked child would inherit the threads' locks of a progress bar.
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin_worker)


def _begin_worker() -> None:
    """Silence the C++ log of MediaPipe, and end with the parent even if that was killed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
