"""``mocapbridge map``: what mappings there are, whether one is right, what receivers get."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mocapbridge.retarget.mapping import Mapping

_DESCRIPTION: Final = """\
A mapping says what receivers get, under which names: shapes made of other shapes, angles or
distances, joints of another rig (docs/mapping.md)."""
_KEYS: Final = frozenset({"extends", "shapes", "joints", "angles", "scale"})
"""Of a mapping and of no configuration."""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "map", help="list, check and show mappings", description=_DESCRIPTION
    )
    parser.set_defaults(run=run, map_parser=parser, map_command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = commands.add_parser("list", help="the mappings that travel with the program")
    listing.set_defaults(map_command=_list)
    check = commands.add_parser("check", help="say whether a mapping is right, and why not")
    check.add_argument("file", metavar="FILE", help="a YAML file, or the name of a shipped one")
    check.set_defaults(map_command=_check)
    show = commands.add_parser("show", help="print what each target receives")
    show.add_argument(
        "config", metavar="CONFIG", help="a configuration, or a mapping: a file or a shipped name"
    )
    show.set_defaults(map_command=_show)
    schema = commands.add_parser("schema", help="print the JSON Schema, for editors")
    schema.set_defaults(map_command=_schema)


def run(args: argparse.Namespace) -> int:
    """Run ``map list``, ``check``, ``show`` or ``schema``; its help when none is given."""
    if args.map_command is None:
        args.map_parser.print_help()
        return 0
    return args.map_command(args)


def _list(_args: argparse.Namespace) -> int:
    from mocapbridge.retarget.files import ready_mappings

    for name, path in ready_mappings().items():
        print(f"{name:16} {_first_sentence(path)}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from mocapbridge.errors import ConfigError

    try:
        mapping = _load(args.file)
    except ConfigError as error:
        # One line for each problem: what editors and people jump to.
        print(error, file=sys.stderr)
        return ConfigError.exit_code
    shapes = 52 if mapping.shapes is None else len(mapping.shapes)
    joints = 55 if mapping.joints is None else len(mapping.joints)
    print(f"{mapping.files[-1]}: good, {shapes} shapes and {joints} joints")
    return 0


def _show(args: argparse.Namespace) -> int:
    from mocapbridge.config.load import load_config
    from mocapbridge.config.mappings import output_mappings, requested_mapping
    from mocapbridge.config.paths import find_config

    if _is_mapping(args.config):
        _print_table(args.config, _load(args.config))
        return 0
    config = load_config(find_config(args.config))
    mappings = output_mappings(config)
    for index, output in enumerate(config.outputs):
        kind = output.__struct_config__.tag
        title = f"outputs[{index}], {output.name or kind}"
        request = requested_mapping(config, output)
        if not output.enabled:
            print(f"{title}: switched off")
        elif request is None:
            print(f"{title}: no mapping, it sends what was solved")
        else:
            _print_table(f"{title}: {request.reference}", mappings[request])
    return 0


def _schema(_args: argparse.Namespace) -> int:
    from mocapbridge.cli.config import print_utf8
    from mocapbridge.config.json_schema import schema_text
    from mocapbridge.retarget.options import MappingFile

    print_utf8(schema_text(MappingFile))
    return 0


def _load(reference: str) -> Mapping:
    from mocapbridge.retarget.files import is_path
    from mocapbridge.retarget.load import load_mapping

    if not is_path(reference) and Path(reference).is_file():
        reference = f"./{reference}"
    return load_mapping(reference, Path.cwd())


def _is_mapping(reference: str) -> bool:
    """Whether this names a mapping rather than a configuration."""
    from mocapbridge.document.read import read_document
    from mocapbridge.document.tree import MappingNode, parse
    from mocapbridge.retarget.files import ready_mappings

    path = Path(reference)
    if not path.is_file():
        return reference in ready_mappings()
    root = parse(read_document(path, "the file"), reference)
    return isinstance(root, MappingNode) and bool(_KEYS & root.entries.keys())


def _first_sentence(path: Path) -> str:
    """What the comment at the top of a shipped mapping says it is."""
    words: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines()[2:]:
        if not line.startswith("# "):
            break
        words += line[2:].split()
    text, end, _ = " ".join(words).partition(". ")
    return text + end.strip()


def _print_table(title: str, mapping: Mapping) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mocapbridge.retarget.explain import explain

    table = Table(title=Text(title), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("target", "made of", "then"):
        table.add_column(heading, overflow="fold")
    for line in explain(mapping):
        table.add_row(*map(Text, line))
    Console().print(table)
