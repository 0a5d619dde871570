"""``mocapbridge keys``: makes the keys of an encrypted ZeroMQ stream."""

from __future__ import annotations

import argparse
from pathlib import Path

_DESCRIPTION = """\
Make a pair of keys for an encrypted ZeroMQ stream: NAME.key to hand out, NAME.key_secret to keep.
Publisher and subscribers each need a pair of their own (docs/zmq.md)."""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "keys", help="make keys for an encrypted ZeroMQ stream", description=_DESCRIPTION
    )
    parser.add_argument("name", metavar="NAME", type=_name, help="what to call the files")
    parser.add_argument(
        "--folder", type=Path, default=Path(), help="where to (default: the current folder)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the files and say what each is for."""
    from mocapbridge.outputs.zmq_curve import make_keys, read_certificate

    public, secret = make_keys(arguments.folder, arguments.name)
    key, _ = read_certificate(public)
    print(f"{secret}: keep it secret; outputs[].curve.key_file of a publisher names it")
    print(f"{public}: hand it out; the public key in it is\n{key.decode()}")
    return 0


def _name(text: str) -> str:
    if not text or not all(sign.isalnum() or sign in "-_" for sign in text):
        raise argparse.ArgumentTypeError(f"expected letters, digits, - and _, got {text!r}")
    return text
