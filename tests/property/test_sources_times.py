"""Properties of what footage and addresses are turned into, for any input."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.clock import SystemClock
from mocapbridge.errors import ConfigError
from mocapbridge.sources.formats import STREAM_SCHEMES
from mocapbridge.sources.frame_times import FrameTimes
from mocapbridge.sources.images import natural_key
from mocapbridge.sources.options import SourceOptions, StreamOptions
from mocapbridge.sources.playback import Playback
from mocapbridge.sources.shorthand import source_from_text
from mocapbridge.sources.stream import StreamSource, without_credentials

INTERVAL_NS = 40_000_000
times_ns = st.integers(min_value=-(10**15), max_value=10**15)


@settings(deadline=None)
@given(st.lists(times_ns, max_size=200))
def test_frame_times_always_rise(container_ns: list[int]) -> None:
    times = FrameTimes(INTERVAL_NS)
    result = [times.rising(time_ns) for time_ns in container_ns]
    assert all(a < b for a, b in itertools.pairwise(result))
    assert times.repaired <= len(container_ns)


@settings(deadline=None)
@given(st.sets(times_ns, min_size=1, max_size=200))
def test_sound_frame_times_are_not_touched(container_ns: set[int]) -> None:
    times = FrameTimes(INTERVAL_NS)
    rising = sorted(container_ns)
    assert [times.rising(time_ns) for time_ns in rising] == rising
    assert times.repaired == 0


@settings(deadline=None)
@given(
    st.lists(st.integers(min_value=5, max_value=100), min_size=5, max_size=40),
    st.lists(st.integers(min_value=5, max_value=100), min_size=5, max_size=40),
)
def test_joined_clips_keep_their_own_rhythm(first_ms: list[int], second_ms: list[int]) -> None:
    """The container's clock starts anew: after a few strays its intervals count again."""
    times = FrameTimes(INTERVAL_NS)
    now_ns = 0
    for interval_ms in first_ms:
        now_ns = times.rising(now_ns + interval_ms * 10**6)
    container_ns = [sum(second_ms[:index]) * 10**6 for index in range(len(second_ms))]
    # Far behind the first clip, so that no time of the second can be mistaken for a sound one.
    result = [times.rising(time_ns - 10**10) for time_ns in container_ns]
    intervals_ns = [b - a for a, b in itertools.pairwise(result)]
    assert intervals_ns[2:] == [interval * 10**6 for interval in second_ms[2:-1]]
    assert times.repaired == 3


@settings(deadline=None)
@given(st.lists(times_ns, min_size=1, max_size=20), st.integers(min_value=1, max_value=5))
def test_loops_go_on_where_the_last_pass_ended(presentation_ns: list[int], passes: int) -> None:
    playback = Playback(SystemClock(), native=False)
    rising = sorted(set(presentation_ns))
    captured: list[int] = []
    for index in range(passes):
        if index > 0:
            playback.start_pass(INTERVAL_NS)
        captured += [playback.capture_time_ns(time_ns) for time_ns in rising]
    assert all(a < b for a, b in itertools.pairwise(captured))
    span_ns = rising[-1] - rising[0]
    assert captured[-1] - captured[0] == passes * span_ns + (passes - 1) * INTERVAL_NS


@settings(deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10**6), unique=True, max_size=30))
def test_numbered_pictures_are_ordered_by_number(numbers: list[int]) -> None:
    paths = [Path(f"take{number}_cam.png") for number in numbers]
    ordered = sorted(paths, key=natural_key)
    assert ordered == [Path(f"take{number}_cam.png") for number in sorted(numbers)]


@settings(deadline=None)
@given(st.lists(st.text(), max_size=10))
def test_any_names_can_be_ordered_and_always_come_out_the_same(names: list[str]) -> None:
    paths = [Path(name.replace("\0", "")) for name in names]
    backwards = paths[::-1]
    assert sorted(paths, key=natural_key) == sorted(backwards, key=natural_key)


MARK = "S3cr3t"


@settings(deadline=None)
@given(
    st.sampled_from(sorted(STREAM_SCHEMES)),
    st.text(alphabet="ab:/?#@=&;%", max_size=8),
    st.text(alphabet="ab:/?#@=&;%", max_size=8),
)
def test_passwords_of_any_characters_stay_out_of_names(
    scheme: str, before: str, after: str
) -> None:
    shown = without_credentials(f"{scheme}://user:{before}{MARK}{after}@10.0.0.1:554/live")
    assert MARK not in shown
    assert "user" not in shown
    assert shown == f"{scheme}://10.0.0.1:554/live"
    for place in (f"live?token={MARK}", f"live#{MARK}", f"pass={MARK}&channel=1"):
        assert MARK not in without_credentials(f"{scheme}://10.0.0.1/{place}")


@settings(deadline=None)
@given(st.text())
def test_any_word_is_a_source_or_a_config_error(text: str) -> None:
    options: SourceOptions | None = None
    with contextlib.suppress(ConfigError):
        options = source_from_text(text)
    if text.strip() == "":
        assert options is None
    if isinstance(options, StreamOptions):
        StreamSource(options, SystemClock())
