"""Views and copies."""
import torch

from opinfo_calls.common import Unmapped, axes, call, dtype_name, sizes, unmapped


def cast(dtype):
    def run(x, memory_format=None):
        return call("castTo", x, dtype)

    return run


def to(x, *args, copy=False, non_blocking=False, memory_format=None, device=None, dtype=None):
    for arg in args:
        if isinstance(arg, torch.dtype):
            dtype = arg
        elif torch.is_tensor(arg):
            dtype = arg.dtype
    return call("castTo", x, dtype_name(dtype or x.dtype))


def transposed_matrix(x):
    if x.dim() < 2:
        raise Unmapped("fewer than two dimensions")
    return call("mT", x)


ACCEPTED = {"flipud": {"Input must be >= 1-d": "torch.flip accepts it"}}
"""Error inputs that we accept on purpose: part of PyTorch's message → why."""

CALLS = {
    "clone": lambda x, memory_format=None: call("clone", x),
    "contiguous": lambda x, memory_format=None: call("contiguous", x),
    "reshape": lambda x, *shape: call("reshape", x, sizes(x, *shape)),
    "view": lambda x, *shape: call("Tensor.view", x, sizes(x, *shape)),
    "reshape_as": lambda x, other: call("reshape", x, list(other.shape)),
    "view_as": lambda x, other: call("Tensor.view", x, list(other.shape)),
    "flatten": lambda x, start_dim=0, end_dim=-1: call("flatten", x, start_dim, end_dim),
    "squeeze": lambda x, dim=None: call("squeeze", x, dim),
    "unsqueeze": lambda x, dim: call("unsqueeze", x, dim),
    "permute": lambda x, *dims: call("permute", x, sizes(x, *dims)),
    "transpose": lambda x, a, b: call("transpose", x, a, b),
    "mT": transposed_matrix,
    "expand": lambda x, *shape: call("expand", x, sizes(x, *shape)),
    "expand_as": lambda x, other: call("expand", x, list(other.shape)),
    "broadcast_to": lambda x, shape: call("expand", x, list(shape)),
    "narrow": lambda x, dim, start, length: call("narrow", x, dim, start, length) if not torch.is_tensor(start) else unmapped("a tensor as start"),
    "select": lambda x, dim, index: call("select", x, dim, index),
    "flip": lambda x, dims: call("flip", x, axes(dims)),
    "fliplr": lambda x: call("flip", x, 1),
    "flipud": lambda x: call("flip", x, 0),
    "float": cast("float32"),
    "double": cast("float64"),
    "int": cast("int32"),
    "byte": cast("uint8"),
    "char": cast("int8"),
    "bool": cast("bool"),
    "to": to,
    "T": lambda x: call("Tensor.t", x) if x.dim() <= 2 else unmapped("more than two dimensions"),
    "narrow_copy": lambda x, dim, start, length: call("narrow", x, dim, start, length) if not torch.is_tensor(start) else unmapped("a tensor as start"),
}
