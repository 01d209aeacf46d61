"""How golden values are written: shared by the generators."""
import base64

import numpy
import torch

DTYPES = {
    "float32": torch.float32, "float64": torch.float64, "int32": torch.int32,
    "uint8": torch.uint8, "int8": torch.int8, "bool": torch.bool,
}
NUMPY = {"float32": "<f4", "float64": "<f8", "int32": "<i4", "uint8": "u1", "int8": "i1", "bool": "?"}
CODES = {
    torch.float32: "f4", torch.float64: "f8", torch.int32: "i4", torch.uint8: "u1", torch.int8: "i1", torch.bool: "b1",
    # Flambeau has neither: indices and sums of integers are int32, and uint8 with int8 gives int32.
    torch.int64: "i4", torch.int16: "i4",
}


def decode(text, dtype, shape):
    """A tensor from base64 of its little-endian values."""
    values = numpy.frombuffer(base64.b64decode(text), dtype=NUMPY[dtype]).copy()
    return torch.from_numpy(values).reshape(shape)


def encode(x):
    """`code|sizes|base64`. Raises for integers beyond int32."""
    x = x.detach().resolve_conj().resolve_neg().cpu()
    if x.dtype in (torch.int64, torch.int16):
        x = x.long()
        if x.numel() and (x.max() > 2**31 - 1 or x.min() < -(2**31)):
            raise ValueError("an integer beyond int32")
        x = x.to(torch.int32)
        code = "i4"
    else:
        code = CODES[x.dtype]
    values = x.contiguous().numpy().tobytes()
    return f"{code}|{','.join(map(str, x.shape))}|{base64.b64encode(values).decode()}"


def cotangent(y, output):
    """What the gradient of an output is taken to be: multiples of 1/8 that no dtype rounds, none of them 0."""
    i = torch.arange(y.numel(), dtype=torch.int64)
    return ((((i * 7 + output * 5 + 3) % 11).double() - 5.5) / 4).to(y.dtype).reshape(y.shape)
