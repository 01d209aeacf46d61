"""Making tensors."""
import torch

from opinfo_calls.common import call, dtype_name, sizes


def linspace(start, end, steps, dtype=None, device=None):
    return call("linspace", start, end, steps, dtype=dtype_name(dtype))


def arange(first, *rest, end=None, step=None, dtype=None, device=None):
    values = [int(v) if isinstance(v, bool) else v for v in (first, *rest, end, step) if v is not None]
    start, stop, by = (0, first, 1) if len(values) == 1 else (*values[:2], values[2] if len(values) > 2 else 1)
    return {"fn": "arange", "args": [start, stop, by, {"dtype": dtype_name(dtype or torch.arange(*values).dtype, "int32")}]}


def like(fn):
    return lambda x, *value, dtype=None, device=None, **_: call(fn, x, *value, dtype=dtype_name(dtype))


def created(fn):
    def run(*args, dtype=None, device=None, **_):
        shape = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
        return call(fn, list(shape), dtype=dtype_name(dtype))

    return run


CALLS = {
    "linspace": linspace,
    "arange": arange,
    "eye": lambda n, m=None, dtype=None, device=None, **_: call("eye", n, n if m is None else m, dtype=dtype_name(dtype)),
    "new_zeros": lambda x, *shape, dtype=None, device=None, **_: call("zeros", sizes(x, *shape), dtype=dtype_name(dtype or x.dtype)),
    "new_ones": lambda x, *shape, dtype=None, device=None, **_: call("ones", sizes(x, *shape), dtype=dtype_name(dtype or x.dtype)),
    "new_full": lambda x, shape, value, dtype=None, device=None, **_: call("full", list(shape), value, dtype=dtype_name(dtype or x.dtype)),
    "zeros_like": like("zerosLike"),
    "ones_like": like("onesLike"),
    "full_like": like("fullLike"),
    "zeros": created("zeros"),
    "ones": created("ones"),
}
