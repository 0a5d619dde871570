from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.pipeline.handover import Handover


def test_newest_wins_in_a_slot_of_one() -> None:
    slot: Handover[int] = Handover(1)
    for number in range(5):
        slot.offer(number)
    assert slot.take() == 4
    assert slot.dropped == 4
    assert slot.take(timeout_s=0.0) is None


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_every_offer_is_taken_or_counted(gives: list[bool], capacity: int) -> None:
    slot: Handover[int] = Handover(capacity)
    offered, taken = 0, list[int]()
    for give in gives:
        if give:
            slot.offer(offered)
            offered += 1
        elif (item := slot.take(timeout_s=0.0)) is not None:
            taken.append(item)
    waiting = list[int]()
    while (item := slot.take(timeout_s=0.0)) is not None:
        waiting.append(item)
    assert len(taken) + len(waiting) + slot.dropped == offered
    assert taken + waiting == sorted(taken + waiting)
    # What still waited were the newest.
    assert waiting == list(range(offered - len(waiting), offered))


def test_put_waits_for_room_and_loses_nothing() -> None:
    queue: Handover[int] = Handover(2)

    def give() -> None:
        for number in range(500):
            queue.put(number)
        queue.close()

    giver = threading.Thread(target=give)
    giver.start()
    taken = list[int]()
    while (item := queue.take()) is not None:
        taken.append(item)
    giver.join()
    assert taken == list(range(500))
    assert queue.dropped == 0
    assert queue.exhausted


def test_discard_frees_a_waiting_giver_and_counts_everything() -> None:
    queue: Handover[int] = Handover(1)
    queue.put(0)
    giver = threading.Thread(target=queue.put, args=(1,))
    giver.start()
    queue.discard()
    giver.join(5.0)
    assert not giver.is_alive()
    queue.offer(2)
    queue.put(3)
    assert queue.dropped == 4
    assert queue.take() is None


def test_what_waits_when_closed_is_still_taken() -> None:
    queue: Handover[int] = Handover(3)
    queue.put(0)
    queue.put(1)
    queue.close()
    assert not queue.exhausted
    assert (queue.take(), queue.take(), queue.take()) == (0, 1, None)
    assert queue.exhausted


def test_looking_takes_nothing() -> None:
    queue: Handover[int] = Handover(2)
    assert queue.waiting() == ()
    queue.put(7)
    queue.put(8)
    assert (queue.waiting(), queue.waiting(), queue.take()) == ((7, 8), (7, 8), 7)
    assert queue.waiting() == (8,)


def test_close_wakes_a_waiting_taker() -> None:
    queue: Handover[int] = Handover(1)
    taken = list[int | None]()
    taker = threading.Thread(target=lambda: taken.append(queue.take()))
    taker.start()
    queue.close()
    taker.join(5.0)
    assert taken == [None]
