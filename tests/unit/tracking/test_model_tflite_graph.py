"""Changes to TFLite files, read back through the generated schema classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mocapbridge.tracking.mediapipe_tasks import metadata_schemas
from mocapbridge.tracking.model_store.tflite_graph import (
    add_image_normalization,
    gather_outputs,
    pack_model,
    unpack_model,
    zero_network,
)


def small_network(output_sizes: Sequence[int]) -> bytes:
    """A network without operators, with a weight buffer and as many outputs as sizes."""
    schema, _ = metadata_schemas()
    model = unpack_model(zero_network((1, 4), 2))
    graph = model.subgraphs[0]
    outputs: list[int] = []
    for size in output_sizes:
        tensor = schema.TensorT()
        tensor.shape = np.array([1, 1, 1, size], np.int32)
        tensor.type, tensor.buffer, tensor.name = schema.TensorType.FLOAT32, 0, f"out{size}"
        graph.tensors.append(tensor)
        outputs.append(len(graph.tensors) - 1)
    graph.outputs = np.array(outputs, np.int32)
    weights = schema.BufferT()
    weights.data = np.arange(251, dtype=np.uint8)
    model.buffers.append(weights)
    return pack_model(model)


def image_metadata(network: bytes) -> Any:  # noqa: ANN401 - generated classes ship no types
    _, metadata = metadata_schemas()
    model = unpack_model(network)
    (entry,) = [entry for entry in model.metadata if entry.name == b"TFLITE_METADATA"]
    content = bytearray(model.buffers[entry.buffer].data.tobytes())
    return metadata.ModelMetadataT.InitFromObj(
        metadata.ModelMetadata.GetRootAsModelMetadata(content, 0)
    )


def test_packing_gives_back_what_was_unpacked() -> None:
    network = small_network([3])
    assert network[4:8] == b"TFL3"
    assert pack_model(unpack_model(network)) == network


def test_weights_are_aligned_as_the_schema_asks() -> None:
    network = small_network([3, 5])
    weights = bytes(range(251))
    assert network.count(weights) == 1
    assert network.index(weights) % 16 == 0


def test_normalization_can_be_read_back() -> None:
    _, metadata = metadata_schemas()
    network = add_image_normalization(small_network([3]), mean=0.5, std=255.0)
    (image,) = image_metadata(network).subgraphMetadata[0].inputTensorMetadata
    (unit,) = image.processUnits
    assert unit.options.mean == [0.5]
    assert unit.options.std == [255.0]
    assert image.content.contentProperties.colorSpace == metadata.ColorSpaceType.RGB


def test_outputs_are_concatenated_then_picked() -> None:
    schema, _ = metadata_schemas()
    table = np.array([4, 0, 0, 6], np.int32)
    before = unpack_model(small_network([4, 3, 9]))
    model = unpack_model(gather_outputs(small_network([4, 3, 9]), merged=2, table=table))
    graph = model.subgraphs[0]
    concatenation, gather = graph.operators[-2:]
    codes = [model.operatorCodes[operator.opcodeIndex] for operator in (concatenation, gather)]
    operators = schema.BuiltinOperator
    assert [code.builtinCode for code in codes] == [operators.CONCATENATION, operators.GATHER]
    assert [code.deprecatedBuiltinCode for code in codes] == [
        operators.CONCATENATION,
        operators.GATHER,
    ]
    assert list(concatenation.inputs) == list(before.subgraphs[0].outputs[:2])
    assert concatenation.builtinOptions.axis == gather.builtinOptions.axis == 3
    joined, indices = gather.inputs
    assert list(concatenation.outputs) == [joined]
    assert list(graph.tensors[joined].shape) == [1, 1, 1, 7]
    content = model.buffers[graph.tensors[indices].buffer].data
    assert np.array_equal(np.frombuffer(content.tobytes(), "<i4"), table)
    picked, flag = graph.outputs
    assert list(gather.outputs) == [picked]
    assert list(graph.tensors[picked].shape) == [1, 1, 1, 4]
    assert flag == before.subgraphs[0].outputs[2]


def test_metadata_of_outputs_that_are_gone_goes_too() -> None:
    _, metadata = metadata_schemas()
    network = add_image_normalization(small_network([4, 3, 9]), mean=0.0, std=1.0)
    model = unpack_model(network)
    described = image_metadata(network)
    described.subgraphMetadata[0].outputTensorMetadata = [
        metadata.TensorMetadataT() for _ in range(3)
    ]
    import flatbuffers

    builder: Any = flatbuffers.Builder(64)
    builder.Finish(described.Pack(builder), b"M001")
    model.buffers[model.metadata[-1].buffer].data = np.frombuffer(builder.Output(), np.uint8)
    table = np.zeros(2, np.int32)
    merged = image_metadata(gather_outputs(pack_model(model), merged=2, table=table))
    assert len(merged.subgraphMetadata[0].outputTensorMetadata) == 2
    assert len(merged.subgraphMetadata[0].inputTensorMetadata) == 1


@pytest.mark.parametrize(("shape", "count"), [((1, 146, 2), 52), ((1, 3), 1)])
def test_the_zero_network_has_the_asked_shape_and_only_zeros(
    shape: tuple[int, ...], count: int
) -> None:
    model = unpack_model(zero_network(shape, count))
    graph = model.subgraphs[0]
    assert list(graph.tensors[graph.inputs[0]].shape) == list(shape)
    assert list(graph.tensors[graph.outputs[0]].shape) == [1, count]
    (weights,) = [buffer.data for buffer in model.buffers if buffer.data is not None]
    assert weights.size == 4 * count * int(np.prod(shape))
    assert not weights.any()
