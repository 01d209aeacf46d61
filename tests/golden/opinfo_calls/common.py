"""What the mappings of OpInfo samples to our calls are made of."""
import numbers

import torch

from tensors import DTYPES

NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Unmapped(Exception):
    """A sample that cannot be written as a call."""


def unmapped(reason):
    raise Unmapped(reason)


def call(fn, *args, **options):
    """A call without trailing defaults; options that are None or False are left out."""
    args = [*args, {name: value for name, value in options.items() if value is not None and value is not False}]
    while args and (args[-1] is None or args[-1] is OMITTED or (isinstance(args[-1], dict) and not args[-1])):
        args.pop()
    return {"fn": fn, "args": args}


def dtype_name(dtype, for_int64=None):
    if dtype is None:
        return None
    if dtype == torch.int64 and for_int64:
        return for_int64
    if dtype not in NAMES:
        raise Unmapped(f"no {str(dtype).removeprefix('torch.')}")
    return NAMES[dtype]


def operand(x):
    """A tensor, or a number that PyTorch treats as we do."""
    if isinstance(x, (bool, complex)):
        raise Unmapped(f"a {type(x).__name__} as operand")
    if not torch.is_tensor(x) and not isinstance(x, numbers.Real):
        raise Unmapped(f"a {type(x).__name__} as operand")
    return x


def unary(fn):
    return lambda x: call(fn, x)


def binary(fn):
    return lambda a, b: call(fn, operand(a), operand(b))


def reversed_binary(fn):
    return lambda a, b: call(fn, operand(b), operand(a))


OMITTED = object()
"""Stands for an argument that is left out before others that are not."""


def axes(dim):
    return list(dim) if isinstance(dim, (tuple, list)) else OMITTED if dim is None else dim


def sizes(x, *shape):
    flat = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list, torch.Size)) else shape
    return list(flat)
