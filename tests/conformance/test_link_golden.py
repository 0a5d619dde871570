"""The link's worked packets: the codec, the page that documents them and a C receiver agree."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from mocapbridge.wire import link

PAGE = Path(__file__).parents[2] / "docs" / "link-protocol.md"
TRACKED, HELD, LOST = link.State.TRACKED, link.State.HELD, link.State.LOST
SESSION = 0x0123456789ABCDEF

STATIC = link.Static(
    frame_rate=(30000, 1001),
    blendshapes_measured=True,
    joints=(link.Joint("hips", None, (0.0, 1.0, 0.0)), link.Joint("spine", 0, (0.0, 0.125, 0.0))),
    blendshapes=("jawOpen", "tongueOut"),
)
STATIC_HASH = 0x852318FF
FRAME = link.Frame(
    static_hash=STATIC_HASH,
    frame_id=1000,
    capture_time_ns=5_000_000_000,
    unix_time_ns=1_700_000_000_000_000_000,
    timecode=link.Timecode(22, 13, 20, 5, drop_frame=False),
    states=link.PartStates(TRACKED, TRACKED, LOST, HELD),
    pose_confidence=1.0,
    face_confidence=0.8,
    root_position_in_world_m=(0.5, 1.0, -0.25),
    head_rotation_wxyz=(1.0, 0.0, 0.0, 0.0),
    head_position_in_world_m=(0.0, 1.5, 0.0),
    gaze_rad=(0.125, 0.0, 0.125, -0.25),
    rotations_wxyz=((1.0, 0.0, 0.0, 0.0), (0.5, 0.5, -0.5, 0.5)),
    joint_states=(TRACKED, HELD),
    joint_confidences=(1.0, 2 / 3),
    blendshapes=(0.25, 1.0),
    gestures=("Victory", ""),
)
LOST_ALL = link.PartStates(LOST, LOST, LOST, LOST)
MESSAGES: dict[str, tuple[link.Header, link.Message]] = {
    "static": (
        link.Header(SESSION, 0, "Ann"),
        link.split_static(link.encode_static(STATIC))[0],
    ),
    "frame": (link.Header(SESSION, 1, "Ann"), FRAME),
    "heartbeat": (
        link.Header(SESSION, 2, "Ann"),
        link.Heartbeat(STATIC_HASH, 6_000_000_000, 1_700_000_001_000_000_000, LOST_ALL),
    ),
    "probe": (link.Header(0, 7, ""), link.ClockProbe(123_456_789)),
    "reply": (
        link.Header(SESSION, 7, ""),
        link.ClockReply(123_456_789, 6_100_000_000, 6_100_050_000),
    ),
}
GOLDEN = {
    "static": """
        4d43424c01000103efcdab896745230100000000416e6eff182385000142003075
        0000e9030000010202ff000000000000803f000000000468697073000000000000
        00003e00000000057370696e65076a61774f70656e09746f6e6775654f7574""",
    "frame": """
        4d43424c01000203efcdab896745230101000000416e6eff182385e80300000000
        000000f2052a0100000000002a36fe9c971716 0d1405018fffcc0000003f0000
        803f000080beff7f000000000000000000000000c03f000000000000003e000000
        000000003e000080be0202ff7f00000000000000400040 00c00040ffaa0040ffff
        07566963746f727900""",
    "heartbeat": """
        4d43424c01000303efcdab896745230102000000416e6eff18238500bca0650100
        000000ca c471fe9c971700""",
    "probe": """
        4d43424c0100040000000000000000000700000015cd5b0700000000000000000000
        00000000000000000000""",
    "reply": """
        4d43424c01000500efcdab89674523010700000015cd5b0700000000009d966b0100
        00005060976b01000000""",
}
C_LINES = {
    "static": (
        "kind 1 session 0123456789abcdef sequence 0 subject 'Ann' hash 852318ff part 0 of 1, "
        "66 bytes rate 30000/1001 measured 1 joint 'hips' parent 255 offset 0,1,0 "
        "joint 'spine' parent 0 offset 0,0.125,0 shape 'jawOpen' shape 'tongueOut'"
    ),
    "frame": (
        "kind 2 session 0123456789abcdef sequence 1 subject 'Ann' hash 852318ff frame 1000 "
        "captured 5000000000 unix 1700000000000000000 timecode 22:13:20:05 states 3,3,0,2 "
        "body 1.000 face 0.800 root 0.5,1,-0.25 head 1.0000,0.0000,0.0000,0.0000 at 0,1.5,0 "
        "gaze 0.125,0,0.125,-0.25 joint0 1.0000,0.0000,0.0000,0.0000 "
        "joint1 0.5000,0.5000,-0.5000,0.5000 state0 3,1.000 state1 2,0.667 "
        "weight0 0.2500 weight1 1.0000 left 'Victory' right ''"
    ),
    "heartbeat": (
        "kind 3 session 0123456789abcdef sequence 2 subject 'Ann' hash 852318ff "
        "sent 6000000000 unix 1700000001000000000 states 0"
    ),
    "probe": "kind 4 session 0000000000000000 sequence 7 subject '' 123456789 0 0",
    "reply": (
        "kind 5 session 0123456789abcdef sequence 7 subject '' 123456789 6100000000 6100050000"
    ),
}
KINDS = pytest.mark.parametrize("kind", sorted(GOLDEN))


@KINDS
def test_encoding_gives_the_golden_bytes(kind: str) -> None:
    assert link.encode(*MESSAGES[kind]) == bytes.fromhex(GOLDEN[kind])


@KINDS
def test_golden_bytes_decode_to_what_was_encoded(kind: str) -> None:
    header, message = link.decode(bytes.fromhex(GOLDEN[kind]))
    assert header == MESSAGES[kind][0]
    assert link.encode(header, message) == bytes.fromhex(GOLDEN[kind])
    if not isinstance(message, link.Frame):
        assert message == MESSAGES[kind][1]


def test_golden_description_is_read_back_whole() -> None:
    header, message = link.decode(bytes.fromhex(GOLDEN["static"]))
    assert isinstance(message, link.StaticPart)
    assert link.StaticAssembler().add(header.session_id, header.subject, message) == STATIC


def test_page_shows_the_golden_bytes_in_order() -> None:
    worked = PAGE.read_text(encoding="utf-8").partition("## Worked packets")[2]
    worked = worked.partition("## A receiver in C")[0]
    shown = ""
    for block in re.findall(r"```\n(.*?)```", worked, re.DOTALL):
        for line in block.splitlines():
            # The explanation stands after at least two spaces.
            shown += line.partition("  ")[0].replace(" ", "")
    assert shown == "".join(link.encode(*MESSAGES[kind]).hex() for kind in MESSAGES)


def test_the_pages_c_receiver_understands_them(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc) on this machine")
    source = tmp_path / "receiver.c"
    code = re.search(r"```c\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    source.write_text(code.group(1), encoding="utf-8")
    program = tmp_path / "receiver"
    subprocess.run(
        [compiler, "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source), "-lm"],
        check=True,
        timeout=60,
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        # A free port, given back for the receiver to take.
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1]
    process = subprocess.Popen([str(program), str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for kind, line in C_LINES.items():
                sender.sendto(bytes.fromhex(GOLDEN[kind]), ("127.0.0.1", port))
                assert process.stdout.readline() == line + "\n"
            sender.sendto(bytes.fromhex(GOLDEN["frame"])[:-3], ("127.0.0.1", port))
            assert process.stdout.readline().endswith("CUT SHORT\n")
    finally:
        process.kill()
        process.communicate()
