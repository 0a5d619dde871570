"""Bundles made from the networks of the wheel, for machines that reach only a package index."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from mocapbridge.errors import ModelCorrupt
from mocapbridge.tracking.model_store import tflite_graph
from mocapbridge.tracking.model_store.face_mesh import (
    MERGED_OUTPUTS,
    load_attention_mesh_map,
    merge_table,
)
from mocapbridge.tracking.model_store.manifest import Manifest, Member
from mocapbridge.tracking.model_store.zip_members import read_members

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP can name: the same networks give the same file."""
_MEMBER_ALIGNMENT_BYTES: Final = 16
"""Networks are used where they lie in the file; unaligned ones are copied, with a warning."""
_ALIGNMENT_EXTRA_ID: Final = 0xD935
"""Extra field that only pads, as Android's zipalign writes it (ZIP APPNOTE 4.5)."""
_LOCAL_HEADER_BYTES: Final = 30
_BLENDSHAPE_INPUT_SHAPE: Final = (1, 146, 2)
_BLENDSHAPE_COUNT: Final = 52


def read_networks(wheel_path: Path, manifest: Manifest) -> dict[str, bytes]:
    """Every network of the manifest, each verified.

    Raises:
        ModelCorrupt: the wheel is damaged or holds other networks than the pinned ones.
        OSError: the wheel cannot be read.
    """
    sizes = {network.path: network.size_bytes for network in manifest.networks.values()}
    contents = read_members(wheel_path, sizes)
    networks = {name: contents[network.path] for name, network in manifest.networks.items()}
    for name, content in networks.items():
        if sha256(content).hexdigest() != manifest.networks[name].sha256:
            raise ModelCorrupt(f"network {name} is not the pinned one in: {wheel_path}")
    return networks


def build_bundle(members: Sequence[Member], networks: Mapping[str, bytes]) -> bytes:
    """A `.task` file: the same networks give the same bytes.

    Args:
        members: what goes in, in this order.
        networks: name -> TFLite file, verified.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.member, _EPOCH)
            info.extra = _alignment_padding(buffer.tell(), member.member)
            info.create_system = 3  # Unix everywhere, so that the bytes are the same everywhere
            info.external_attr = 0o600 << 16
            archive.writestr(info, _member_content(member, networks))
    return buffer.getvalue()


def _alignment_padding(header_offset: int, name: str) -> bytes:
    """An extra field after which the member's content starts at a multiple of 16."""
    empty_field = struct.pack("<HHH", _ALIGNMENT_EXTRA_ID, 2, _MEMBER_ALIGNMENT_BYTES)
    end = header_offset + _LOCAL_HEADER_BYTES + len(name.encode()) + len(empty_field)
    padding = -end % _MEMBER_ALIGNMENT_BYTES
    header = struct.pack("<HHH", _ALIGNMENT_EXTRA_ID, 2 + padding, _MEMBER_ALIGNMENT_BYTES)
    return header + bytes(padding)


def _member_content(member: Member, networks: Mapping[str, bytes]) -> bytes:
    if member.network is None:
        return tflite_graph.zero_network(_BLENDSHAPE_INPUT_SHAPE, _BLENDSHAPE_COUNT)
    network = networks[member.network]
    if member.change == "add_normalization":
        # MediaPipe's own graphs feed these networks with values from 0 to 1.
        return tflite_graph.add_image_normalization(network, mean=0.0, std=255.0)
    if member.change == "merge_face_mesh":
        table = merge_table(load_attention_mesh_map())
        return tflite_graph.gather_outputs(network, merged=MERGED_OUTPUTS, table=table)
    return network
