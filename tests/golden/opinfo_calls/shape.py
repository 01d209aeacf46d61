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
    "mT": lambda x: call("mT", x),
    "expand": lambda x, *shape: call("expand", x, sizes(x, *shape)),
    "narrow": lambda x, dim, start, length: call("narrow", x, dim, int(start), length),
    "select": lambda x, dim, index: call("select", x, dim, index),
    "flip": lambda x, dims: call("flip", x, axes(dims)),
    "float": cast("float32"),
    "double": cast("float64"),
    "int": cast("int32"),
    "byte": cast("uint8"),
    "char": cast("int8"),
    "bool": cast("bool"),
    "to": to,
    "T": lambda x: call("Tensor.t", x) if x.dim() <= 2 else unmapped("more than two dimensions"),
    "narrow_copy": lambda x, dim, start, length: call("narrow", x, dim, int(start), length),
}
