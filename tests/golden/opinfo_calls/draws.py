"""Random draws, and tensors made like others."""
import torch

from calls.creation import CALLS as CREATION
from calls.draws import CALLS as DRAWS

from opinfo_calls.common import Unmapped, call, dtype_name, sizes

GOLDEN = {**CREATION, **DRAWS}


def normal(mean, std, *rest, generator=None):
    if not torch.is_tensor(mean) and not torch.is_tensor(std):
        raise Unmapped("two numbers and a shape, which our call writes as randn(shape)")
    return call("normal", mean, std)


def randint_like(x, *bounds, dtype=None, **_):
    low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
    return call("randintLike", x, low, high, dtype=dtype_name(dtype))


def logspace(start, end, steps, base=10.0, dtype=None, device=None, **_):
    return {"fn": "logspace", "args": [start, end, steps, base, {"dtype": dtype_name(dtype)} if dtype else {}]}


def like(fn):
    return lambda x, dtype=None, device=None, **_: call(fn, x, dtype=dtype_name(dtype))


def bernoulli(x, *p, generator=None):
    if p:
        raise Unmapped("one probability for all, which our call writes as a tensor of it")
    return call("bernoulli", x)


def empty(*shape, dtype=None, device=None, **_):
    flat = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    return call("empty", list(flat), dtype=dtype_name(dtype))


CALLS = {
    "logspace": logspace,
    "multinomial": lambda x, n, replacement=False, generator=None: call("multinomial", x, n, replacement=replacement),
    "normal": normal,
    "normal.number_mean": normal,
    "bernoulli": bernoulli,
    "rand_like": like("randLike"),
    "randn_like": like("randnLike"),
    "randn": lambda *shape, dtype=None, device=None, **_: call("randn", list(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else list(shape), dtype=dtype_name(dtype)),
    "randint_like": randint_like,
    "empty": empty,
    "empty_like": like("emptyLike"),
    "new_empty": lambda x, *shape, dtype=None, device=None, **_: call("empty", sizes(x, *shape), dtype=dtype_name(dtype or x.dtype)),
    "new_empty_strided": lambda x, size, stride, dtype=None, device=None, **_: call("empty", list(size), dtype=dtype_name(dtype or x.dtype)),
}


def after_seed(made):
    """OpInfo seeds its random functions itself: ours are compared after the seed of the samples."""
    return GOLDEN[made["fn"]](*made["args"])


RESULTS = {name: after_seed for name in "multinomial normal normal.number_mean bernoulli rand_like randn_like randn randint_like".split()}

UNWRITTEN = ("empty", "empty_like", "new_empty", "new_empty_strided")
"""Results without values: ours are zeros."""
