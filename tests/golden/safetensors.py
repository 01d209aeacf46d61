"""A reader and a writer of safetensors files, made from the description of the format alone, for the tests of
packages/serialize. Source: https://github.com/huggingface/safetensors#format. NumPy and PyTorch give the values.

    /usr/bin/python3 tests/golden/safetensors.py write packages/serialize/src/golden/python.safetensors
    /usr/bin/python3 tests/golden/safetensors.py read FILE    prints what is in a file, as JSON
    /usr/bin/python3 tests/golden/safetensors.py halves       prints every float16 and bfloat16 as float32 bits, as CRC-32

golden/python.json is `read` of golden/python.safetensors; golden/flambeau.safetensors was written by saveSafetensors (the
test makes the same bytes again), and golden/flambeau.json is `read` of it. golden/halves.json is the output of `halves`.
"""
import json
import struct
import sys
import zlib

import numpy as np
import torch

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I8": "i1", "U8": "u1", "BOOL": "?"}


def write(path, tensors, metadata):
    """tensors: name → (dtype, array of the stored elements)."""
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, array) in tensors.items():
        raw = np.ascontiguousarray(array).astype(DTYPES[dtype]).tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    (size,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
    metadata, tensors, covered = header.pop("__metadata__", {}), {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = entry["data_offsets"]
        assert start == covered, "a hole or an overlap"
        covered = end
        tensors[name] = (entry["dtype"], np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"]))
    assert covered == len(data), "bytes that belong to no tensor"
    return tensors, metadata


def values(dtype, array):
    """Elements as JSON has them; what it has not, as text."""
    if dtype == "BF16":
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return [v if isinstance(v, (bool, int)) or np.isfinite(v) and not (v == 0 and np.signbit(v)) else repr(float(v)) for v in array.flatten().tolist()]


def samples():
    torch.manual_seed(0)
    bfloat16 = torch.tensor([1.0, -2.5, 3.14159, float("inf"), 1e-40]).to(torch.bfloat16)
    return {
        "fc1.weight": ("F32", torch.randn(3, 5).numpy()),
        "special": ("F32", np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4028235e38], np.float32)),
        "double": ("F64", np.array([[1 / 3, -0.0], [5e-324, 1.7976931348623157e308]])),
        "flag": ("BOOL", np.array([True, False, True])),
        "bytes": ("U8", np.array([0, 127, 255], np.uint8)),
        "small": ("I8", np.array([-128, 0, 127], np.int8)),
        "whole": ("I32", np.array([[-(2**31), 2**31 - 1]], np.int32)),
        "num_batches_tracked": ("I64", np.array(-7)),
        "indices": ("I64", np.array([-(2**31), -1, 0, 2**31 - 1])),
        "half": ("F16", np.array([1.0, -65504.0, 6e-8, np.inf, 0.1], np.float16)),
        "brain": ("BF16", bfloat16.view(torch.int16).numpy().view(np.uint16)),
        "scalar": ("F32", np.array(2.5, np.float32)),
        "empty": ("F32", np.zeros((2, 0, 3), np.float32)),
        "größe \"😀\"\n": ("F32", np.array([1.0], np.float32)),
        "__proto__": ("F32", np.array([4.0], np.float32)),
    }


def halves():
    bits = np.arange(2**16, dtype=np.uint16)
    float16 = bits.view(np.float16).astype(np.float32)
    bfloat16 = torch.from_numpy(bits.view(np.int16)).view(torch.bfloat16).to(torch.float32).numpy()
    crc = lambda x: zlib.crc32(np.where(np.isnan(x), np.float32(np.nan), x).astype("<f4").tobytes())
    return {"F16": crc(float16), "BF16": crc(bfloat16)}


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], samples(), {"format": "pt", "note": "größe 😀"})
    elif sys.argv[1] == "halves":
        print(json.dumps(halves()))
    else:
        tensors, metadata = read(sys.argv[2])
        shown = {name: {"dtype": dtype, "shape": list(array.shape), "values": values(dtype, array)} for name, (dtype, array) in tensors.items()}
        print(json.dumps({"metadata": metadata, "tensors": shown}, indent=1))
