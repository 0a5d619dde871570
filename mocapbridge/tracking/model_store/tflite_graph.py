"""Changes to a TFLite file: what MediaPipe Tasks wants and the networks of the wheel lack.

A TFLite file is one flatbuffer table (schema:
https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs,
metadata schema: https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/tasks/metadata).
It is read into plain objects, changed, and packed again. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import flatbuffers
import numpy as np
import numpy.typing as npt

from mocapbridge.tracking.mediapipe_tasks import metadata_schemas

FlatbufferTable: TypeAlias = Any
"""An object of the generated flatbuffer classes, which ship no types."""

_MODEL_IDENTIFIER: Final = b"TFL3"
_METADATA_IDENTIFIER: Final = b"M001"
_METADATA_NAME: Final = b"TFLITE_METADATA"
_BUFFER_ALIGNMENT_BYTES: Final = 16
"""`force_align: 16` of `Buffer.data` in the TFLite schema, which the generated Python forgets."""
_SCHEMA_VERSION: Final = 3
_INITIAL_BYTES: Final = 1024
_LAST_AXIS: Final = 3


class _AlignedBuilder(flatbuffers.Builder):
    """A builder that keeps the alignment the TFLite schema asks for weights."""

    def CreateNumpyVector(self, x: npt.NDArray[Any]) -> int:  # noqa: N802 - the library's name
        """Write an array; byte arrays (a TFLite file has them in buffers only) 16-byte aligned."""
        builder: FlatbufferTable = super()
        if x.dtype == np.uint8:
            builder.Prep(_BUFFER_ALIGNMENT_BYTES, x.size)
        return builder.CreateNumpyVector(x)


def unpack_model(network: bytes) -> FlatbufferTable:
    """The plain objects (`ModelT`) of a TFLite file."""
    schema, _ = metadata_schemas()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(network), 0))


def pack_model(model: FlatbufferTable) -> bytes:
    """The TFLite file of a `ModelT`."""
    return _pack(model, _AlignedBuilder(_INITIAL_BYTES), _MODEL_IDENTIFIER)


def _pack_metadata(model_metadata: FlatbufferTable) -> bytes:
    return _pack(model_metadata, flatbuffers.Builder(_INITIAL_BYTES), _METADATA_IDENTIFIER)


def _pack(root: FlatbufferTable, builder: FlatbufferTable, identifier: bytes) -> bytes:
    builder.Finish(root.Pack(builder), identifier)
    return bytes(builder.Output())


def add_image_normalization(network: bytes, *, mean: float, std: float) -> bytes:
    """Say in a network's metadata how its RGB input is scaled: (value - mean) / std.

    MediaPipe Tasks refuses a float network that does not say it.

    Args:
        network: a TFLite file without metadata.
        mean: subtracted from every channel [0..255].
        std: divides what is left [0..255].
    """
    model = unpack_model(network)
    metadata = _append_buffer(model, _pack_image_metadata(mean, std))
    schema, _ = metadata_schemas()
    entry = schema.MetadataT()
    entry.name, entry.buffer = _METADATA_NAME, metadata
    model.metadata = [*(model.metadata or []), entry]
    return pack_model(model)


def _pack_image_metadata(mean: float, std: float) -> bytes:
    _, metadata = metadata_schemas()
    normalization = metadata.NormalizationOptionsT()
    normalization.mean = np.array([mean], np.float32)
    normalization.std = np.array([std], np.float32)
    unit = metadata.ProcessUnitT()
    unit.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    content = metadata.ContentT()
    content.contentPropertiesType = metadata.ContentProperties.ImageProperties
    content.contentProperties = metadata.ImagePropertiesT()
    content.contentProperties.colorSpace = metadata.ColorSpaceType.RGB
    image = metadata.TensorMetadataT()
    image.name, image.content, image.processUnits = "image", content, [unit]
    subgraph = metadata.SubGraphMetadataT()
    subgraph.inputTensorMetadata = [image]
    model_metadata = metadata.ModelMetadataT()
    model_metadata.subgraphMetadata = [subgraph]
    model_metadata.minParserVersion = "1.0.0"
    return _pack_metadata(model_metadata)


def gather_outputs(network: bytes, *, merged: int, table: npt.NDArray[np.int32]) -> bytes:
    """Replace the first outputs of a network by one that picks values from all of them.

    Appends two operators, CONCATENATION (axis 3) and GATHER (axis 3).

    Args:
        network: a TFLite file whose first `merged` outputs are float (1, 1, 1, n_i).
        merged: how many outputs are concatenated, in their order; the others stay after the new
            one. As many entries of output metadata stay as there are outputs then.
        table: (m,) positions in the concatenation, one for each value of the new output.
    """
    model = unpack_model(network)
    graph = model.subgraphs[0]
    sources = [int(tensor) for tensor in graph.outputs[:merged]]
    total = sum(int(graph.tensors[tensor].shape[_LAST_AXIS]) for tensor in sources)
    schema, _ = metadata_schemas()
    joined = _append_activation(model, b"merged_landmarks_parts", total)
    picked = _append_activation(model, b"merged_landmarks", table.size)
    indices = _append_indices(model, table)
    concatenate = schema.ConcatenationOptionsT()
    concatenate.axis = _LAST_AXIS
    _append_operator(model, "CONCATENATION", concatenate, sources, joined)
    gather = schema.GatherOptionsT()
    gather.axis = _LAST_AXIS
    _append_operator(model, "GATHER", gather, [joined, indices], picked)
    outputs = [picked, *(int(tensor) for tensor in graph.outputs[merged:])]
    graph.outputs = np.array(outputs, np.int32)
    _keep_output_metadata(model, len(outputs))
    return pack_model(model)


def zero_network(input_shape: Sequence[int], output_count: int) -> bytes:
    """A network that answers zeros whatever it is given.

    Args:
        input_shape: of its one float input, the first being the batch of 1.
        output_count: n of its one float output (1, n).
    """
    schema, _ = metadata_schemas()
    model = schema.ModelT()
    model.version = _SCHEMA_VERSION
    model.operatorCodes, model.buffers = [], []
    _append_buffer(model, None)  # by convention the first buffer is empty
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [], []
    model.subgraphs = [graph]
    input_count = int(np.prod(input_shape))
    float32 = schema.TensorType.FLOAT32
    weights = bytes(4 * output_count * input_count)
    given = _append_tensor(model, b"input", input_shape, float32, None)
    zeros = _append_tensor(model, b"zeros", [output_count, input_count], float32, weights)
    scores = _append_tensor(model, b"output", [1, output_count], float32, None)
    no_bias = -1
    options = schema.FullyConnectedOptionsT()
    _append_operator(model, "FULLY_CONNECTED", options, [given, zeros, no_bias], scores)
    graph.inputs, graph.outputs = np.array([given], np.int32), np.array([scores], np.int32)
    return pack_model(model)


def _append_buffer(model: FlatbufferTable, content: bytes | None) -> int:
    schema, _ = metadata_schemas()
    buffer = schema.BufferT()
    if content is not None:
        buffer.data = np.frombuffer(content, np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def _append_activation(model: FlatbufferTable, name: bytes, size: int) -> int:
    """A float (1, 1, 1, size) tensor that the graph computes."""
    schema, _ = metadata_schemas()
    return _append_tensor(model, name, [1, 1, 1, size], schema.TensorType.FLOAT32, None)


def _append_indices(model: FlatbufferTable, table: npt.NDArray[np.int32]) -> int:
    """A constant tensor that holds the index table."""
    schema, _ = metadata_schemas()
    content = table.astype("<i4").tobytes()
    return _append_tensor(
        model, b"merged_landmarks_table", [table.size], schema.TensorType.INT32, content
    )


def _append_tensor(
    model: FlatbufferTable, name: bytes, shape: Sequence[int], kind: int, content: bytes | None
) -> int:
    schema, _ = metadata_schemas()
    tensor = schema.TensorT()
    tensor.name, tensor.type = name, kind
    tensor.shape = np.array(shape, np.int32)
    tensor.buffer = _append_buffer(model, content)
    tensors = model.subgraphs[0].tensors
    tensors.append(tensor)
    return len(tensors) - 1


def _append_operator(
    model: FlatbufferTable, name: str, options: FlatbufferTable, inputs: Sequence[int], output: int
) -> None:
    """Append a builtin operator; `options` is of the class that belongs to it."""
    schema, _ = metadata_schemas()
    code = schema.OperatorCodeT()
    # Both fields: readers of schema 3 and of 3a look at different ones.
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
    model.operatorCodes.append(code)
    operator = schema.OperatorT()
    operator.opcodeIndex = len(model.operatorCodes) - 1
    operator.inputs = np.array(inputs, np.int32)
    operator.outputs = np.array([output], np.int32)
    operator.builtinOptions = options
    options_class = type(options).__name__.removesuffix("T")
    operator.builtinOptionsType = getattr(schema.BuiltinOptions, options_class)
    model.subgraphs[0].operators.append(operator)


def _keep_output_metadata(model: FlatbufferTable, count: int) -> None:
    """Shorten the list of output metadata, which must be as long as the list of outputs."""
    _, metadata = metadata_schemas()
    entries: list[FlatbufferTable] = model.metadata or []
    for entry in entries:
        if entry.name != _METADATA_NAME:
            continue
        buffer = model.buffers[entry.buffer]
        root = metadata.ModelMetadata.GetRootAsModelMetadata(bytearray(buffer.data.tobytes()), 0)
        model_metadata = metadata.ModelMetadataT.InitFromObj(root)
        subgraph = model_metadata.subgraphMetadata[0]
        subgraph.outputTensorMetadata = subgraph.outputTensorMetadata[:count]
        buffer.data = np.frombuffer(_pack_metadata(model_metadata), np.uint8)
