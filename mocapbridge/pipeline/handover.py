"""Where one thread hands work to the next: bounded, counted, closable."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Handover(Generic[ItemT]):
    """A few items on their way from one thread to another, in order.

    ``offer`` never waits: beyond ``capacity`` the oldest item gives way, so that with a capacity of
    one the newest always wins. ``put`` waits for room instead, and so slows the giver down to the
    taker's pace. What was given is either taken or counted in ``dropped``, exactly.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[ItemT] = deque()
        self._dropped = 0
        self._closed = False
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        self._emptied = threading.Condition(self._lock)

    @property
    def dropped(self) -> int:
        """How many items were given and will never be taken, so far."""
        with self._lock:
            return self._dropped

    @property
    def exhausted(self) -> bool:
        """Closed and empty: nothing will ever come again."""
        with self._lock:
            return self._closed and not self._items

    def offer(self, item: ItemT) -> None:
        """Give an item at once; the oldest waiting one gives way when there is no room."""
        with self._lock:
            if self._closed:
                self._dropped += 1
                return
            if len(self._items) >= self._capacity:
                self._items.popleft()
                self._dropped += 1
            self._items.append(item)
            self._filled.notify()

    def put(self, item: ItemT) -> None:
        """Give an item as soon as there is room; it is dropped when the handover closes first."""
        with self._lock:
            while len(self._items) >= self._capacity and not self._closed:
                self._emptied.wait()
            if self._closed:
                self._dropped += 1
                return
            self._items.append(item)
            self._filled.notify()

    def take(self, timeout_s: float | None = None) -> ItemT | None:
        """The oldest item; None when none came in time or none will ever come.

        Args:
            timeout_s: how long to wait; None waits until an item comes or the giver closes [s].
        """
        with self._lock:
            if not self._items and not self._closed:
                self._filled.wait_for(lambda: self._items or self._closed, timeout_s)
            if not self._items:
                return None
            item = self._items.popleft()
            self._emptied.notify()
            return item

    def waiting(self) -> tuple[ItemT, ...]:
        """The items that wait, the oldest first, left in their places."""
        with self._lock:
            return tuple(self._items)

    def close(self) -> None:
        """Nothing more will be given; what waits can still be taken."""
        with self._lock:
            self._closed = True
            self._filled.notify_all()
            self._emptied.notify_all()

    def discard(self) -> None:
        """Close, and drop what waits."""
        with self._lock:
            self._dropped += len(self._items)
            self._items.clear()
            self._closed = True
            self._filled.notify_all()
            self._emptied.notify_all()
