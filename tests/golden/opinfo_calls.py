"""How PyTorch's calls are written in Flambeau: OpInfo name → function of (input, *args, **kwargs) that gives our call.

A call is `{"fn": name, "args": [...]}` for a name that the conformance package can call. A sample that has no such call
raises `Unmapped` with the reason, which ends up in the coverage list.
"""
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


def scaled(fn):
    def run(a, b, alpha=1):
        if alpha == 1:
            return call(fn, operand(a), operand(b))
        return call(f"Tensor.{fn}", operand(a), operand(b), alpha=operand(alpha))

    return run


OMITTED = object()
"""Stands for an argument that is left out before others that are not."""


def axes(dim):
    return list(dim) if isinstance(dim, (tuple, list)) else OMITTED if dim is None else dim


def reduction(fn):
    return lambda x, dim=None, keepdim=False, dtype=None: call(fn, x, axes(dim), keepdim=keepdim, dtype=dtype_name(dtype))


def one_axis(fn):
    return lambda x, dim=None, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


def spread(fn):
    def run(x, dim=None, unbiased=None, keepdim=False, correction=None):
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if unbiased is False:
            correction = 0
        made = call(fn, x, axes(dim), keepdim=keepdim)
        if correction is not None:
            made["args"] = [x, axes(dim), {"keepdim": keepdim, "correction": correction}]
        return made

    return run


def truth(fn):
    return lambda x, dim=None, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


def along(fn):
    return lambda x, dim, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


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


def sizes(x, *shape):
    flat = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list, torch.Size)) else shape
    return list(flat)


def softmax(fn):
    def run(x, dim, dtype=None, _stacklevel=3):
        return call(fn, x if dtype is None or dtype == x.dtype else cast_first(x, dtype), dim)

    return run


def cast_first(x, dtype):
    raise Unmapped("a cast before it, which our call writes as x.to(dtype)")


def clamp(x, min=None, max=None):
    if any(torch.is_tensor(b) and b.dim() > x.dim() for b in (min, max)):
        raise Unmapped("a bound larger than the tensor")
    return call("clamp", x, min, max)


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
    if isinstance(padding, str):
        raise Unmapped(f"padding '{padding}'")
    if x.dim() != 4:
        raise Unmapped("unbatched input")
    pair = lambda v: list(v) if isinstance(v, (tuple, list)) and len(v) == 2 else v[0] if isinstance(v, (tuple, list)) else v
    return call("conv2d", x, w, b, stride=pair(stride), padding=pair(padding), dilation=pair(dilation), groups=groups)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if x.dim() != 4:
        raise Unmapped("unbatched input")
    fn = "maxPool2dWithIndices" if return_indices else "maxPool2d"
    pair = lambda v: list(v) if isinstance(v, tuple) else v
    return call(fn, x, pair(kernel_size), stride=pair(stride), padding=pair(padding), dilation=pair(dilation), ceilMode=ceil_mode)


def batch_norm(x, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    if x.dim() < 2:
        raise Unmapped("a single dimension")
    return call("batchNorm", x, mean, var, weight=weight, bias=bias, training=training, momentum=momentum, eps=eps)


def nll_loss(x, target, weight=None, reduction="mean", ignore_index=-100):
    if weight is not None or reduction != "none" or x.dim() < 2:
        raise Unmapped("weights, reductions and single samples belong to the losses package")
    return call("classNll", x, target, ignore_index, "nllLoss")


def at(x, index):
    made = []
    for entry in index if isinstance(index, tuple) else (index,):
        if isinstance(entry, slice):
            made.append([entry.start, entry.stop, entry.step])
        elif entry is Ellipsis:
            made.append("...")
        elif isinstance(entry, (list, tuple)) and all(type(i) is int for i in entry):
            made.append(torch.tensor(entry))
        elif isinstance(entry, (bool, list, tuple)):
            raise Unmapped("a bool or a nested list as index")
        else:
            made.append(entry)
    if sum(torch.is_tensor(entry) for entry in made) > 1:
        raise Unmapped("several index tensors")
    return {"fn": "Tensor.at", "args": [x, *made]}


def where(x, condition, other):
    """The sample's input is the first choice, the condition its first argument."""
    return call("where", condition, operand(x), operand(other))


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


def gather(x, dim, index, sparse_grad=False):
    if index.dtype == torch.uint8:
        raise Unmapped("an index of uint8")
    return call("gather", x, dim, index)


def transposed_matrix(x):
    if x.dim() < 2:
        raise Unmapped("fewer than two dimensions")
    return call("mT", x)


def updated(x, mean, var, *_args, **_kwargs):
    return [r for r in (mean, var) if r is not None]


UPDATED = {"nn.functional.batch_norm": updated, "nn.functional.batch_norm.without_cudnn": updated}
"""Tensors that a call writes into, which our call gives after its result."""

CALLS = {
    **{
        name: unary(ours)
        for name, ours in {
            "abs": "abs", "neg": "neg", "sign": "sign", "square": "square", "reciprocal": "reciprocal", "exp": "exp",
            "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "rsqrt": "rsqrt", "sin": "sin", "cos": "cos",
            "tanh": "tanh", "sigmoid": "sigmoid", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "isnan": "isnan",
            "isinf": "isinf", "isfinite": "isfinite", "logical_not": "logicalNot", "t": "Tensor.t",
            "argwhere": "nonzero", "ravel": "flatten", "zero_": "Tensor.zero_",
        }.items()
    },
    **{
        name: binary(ours)
        for name, ours in {
            "mul": "mul", "true_divide": "div", "fmod": "fmod", "remainder": "remainder", "pow": "pow", "maximum": "maximum",
            "minimum": "minimum", "max.binary": "maximum", "min.binary": "minimum", "eq": "eq", "ne": "ne", "lt": "lt",
            "le": "le", "gt": "gt", "ge": "ge", "logical_and": "logicalAnd", "logical_or": "logicalOr",
            "logical_xor": "logicalXor", "bitwise_and": "bitwiseAnd", "bitwise_or": "bitwiseOr", "bitwise_xor": "bitwiseXor",
            "matmul": "matmul", "bmm": "matmul", "mm": "matmul", "mv": "matmul", "dot": "matmul",
        }.items()
    },
    **{
        name: reversed_binary(ours)
        for name, ours in {
            "__radd__": "add", "__rmul__": "mul", "__rsub__": "sub", "__rdiv__": "div", "__rmod__": "remainder",
            "__rand__": "bitwiseAnd", "__ror__": "bitwiseOr", "__rxor__": "bitwiseXor", "__rmatmul__": "matmul",
        }.items()
    },
    "__rpow__": lambda a, b: call("pow", b.detach() if torch.is_tensor(b) else operand(b), a),  # PyTorch copies b
    "add": scaled("add"),
    "sub": scaled("sub"),
    "rsub": lambda a, b, alpha=1: call("Tensor.sub", b, a, alpha=alpha) if torch.is_tensor(b) else call("sub", operand(b), a) if alpha == 1 else unmapped("a scaled tensor subtracted from a number"),
    "div.no_rounding_mode": lambda a, b, rounding_mode=None: call("div", operand(a), operand(b)),
    "clamp": clamp,
    "clamp_min": lambda x, low: clamp(x, low),
    "clamp_max": lambda x, high: clamp(x, None, high),
    "round": unary("round"),
    "round.decimals_0": lambda x, decimals=0: call("round", x),
    "nn.functional.relu": lambda x, inplace=False: call("relu", x),
    "nn.functional.leaky_relu": lambda x, negative_slope=0.01, inplace=False: call("leakyRelu", x, negative_slope),
    "where": where,
    "masked_fill": lambda x, mask, value: call("maskedFill", x, mask, operand(value)) if not torch.is_tensor(value) else unmapped("a tensor as value"),
    "masked_select": lambda x, mask: call("maskedSelect", x, mask) if x.shape == mask.shape else unmapped("a mask that is broadcast"),
    "sum": reduction("sum"),
    "mean": reduction("mean"),
    "var": spread("variance"),
    "std": spread("std"),
    "amax": reduction("amax"),
    "amin": reduction("amin"),
    "argmax": one_axis("argmax"),
    "argmin": one_axis("argmin"),
    "max.reduction_with_dim": along("maxAlong"),
    "min.reduction_with_dim": along("minAlong"),
    "max.reduction_no_dim": lambda x: call("Tensor.max", x),
    "min.reduction_no_dim": lambda x: call("Tensor.min", x),
    "all": truth("all"),
    "any": truth("any"),
    "logsumexp": lambda x, dim, keepdim=False: call("logsumexp", x, axes(dim), keepdim=keepdim),
    "sum_to_size": lambda x, *size: call("sumTo", x, sizes(x, *size)),
    "softmax": softmax("softmax"),
    "softmax.with_dtype": softmax("softmax"),
    "log_softmax": softmax("logSoftmax"),
    "log_softmax.dtype": softmax("logSoftmax"),
    "nn.functional.linear": lambda x, w, b=None: call("linear", x, w, b),
    "nn.functional.conv2d": conv2d,
    "nn.functional.max_pool2d": max_pool2d,
    "nn.functional.batch_norm": batch_norm,
    "nn.functional.batch_norm.without_cudnn": batch_norm,
    "nn.functional.nll_loss": nll_loss,
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
    "__getitem__": at,
    "gather": gather,
    "scatter_add": lambda x, dim, index, src: call("scatterAdd", x, dim, index, src),
    "index_select": lambda x, dim, index: call("indexSelect", x, dim, index),
    "float": cast("float32"),
    "double": cast("float64"),
    "int": cast("int32"),
    "byte": cast("uint8"),
    "char": cast("int8"),
    "bool": cast("bool"),
    "to": to,
    "fill": lambda x, value: call("Tensor.fill_", x, operand(int(value) if isinstance(value, bool) else value)) if not torch.is_tensor(value) else unmapped("a tensor as value"),
    "linspace": linspace,
    "arange": arange,
    "eye": lambda n, m=None, dtype=None, device=None, **_: call("eye", n, n if m is None else m, dtype=dtype_name(dtype)),
    "nonzero": lambda x, as_tuple=False: call("nonzero", x) if not as_tuple else unmapped("a tuple as result"),
    "T": lambda x: call("Tensor.t", x) if x.dim() <= 2 else unmapped("more than two dimensions"),
    "slice": lambda x, dim=0, start=None, end=None, step=1: call("at", x, [*[":"] * (dim % x.dim()), [start, end, step]]),
    "slice_scatter": lambda x, src, dim=0, start=None, end=None, step=1: call("setAt", x, [*[":"] * (dim % x.dim()), [start, end, step]], src),
    "select_scatter": lambda x, src, dim, index: call("setAt", x, [*[":"] * (dim % x.dim()), index], src),
    "narrow_copy": lambda x, dim, start, length: call("narrow", x, dim, start, length) if not torch.is_tensor(start) else unmapped("a tensor as start"),
    "new_zeros": lambda x, *shape, dtype=None, device=None, **_: call("zeros", sizes(x, *shape), dtype=dtype_name(dtype or x.dtype)),
    "new_ones": lambda x, *shape, dtype=None, device=None, **_: call("ones", sizes(x, *shape), dtype=dtype_name(dtype or x.dtype)),
    "new_full": lambda x, shape, value, dtype=None, device=None, **_: call("full", list(shape), value, dtype=dtype_name(dtype or x.dtype)),
    "zeros_like": like("zerosLike"),
    "ones_like": like("onesLike"),
    "full_like": like("fullLike"),
    "zeros": created("zeros"),
    "ones": created("ones"),
}
