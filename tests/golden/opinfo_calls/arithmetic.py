"""Elementwise functions."""
import torch

from opinfo_calls.common import Unmapped, binary, call, operand, reversed_binary, unary, unmapped


def scaled(fn):
    def run(a, b, alpha=1):
        if alpha == 1:
            return call(fn, operand(a), operand(b))
        return call(f"Tensor.{fn}", operand(a), operand(b), alpha=operand(alpha))

    return run


def clamp(x, min=None, max=None):
    if any(torch.is_tensor(b) and b.dim() > x.dim() for b in (min, max)):
        raise Unmapped("a bound larger than the tensor")
    return call("clamp", x, min, max)


def where(x, condition, other):
    """The sample's input is the first choice, the condition its first argument."""
    return call("where", condition, operand(x), operand(other))


CALLS = {
    **{
        name: unary(ours)
        for name, ours in {
            "abs": "abs", "neg": "neg", "sign": "sign", "square": "square", "reciprocal": "reciprocal", "exp": "exp",
            "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "rsqrt": "rsqrt", "sin": "sin", "cos": "cos",
            "tanh": "tanh", "sigmoid": "sigmoid", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "isnan": "isnan",
            "isinf": "isinf", "isfinite": "isfinite", "logical_not": "logicalNot", "t": "Tensor.t",
            "argwhere": "nonzero", "zero_": "Tensor.zero_",
        }.items()
    },
    **{
        name: binary(ours)
        for name, ours in {
            "mul": "mul", "true_divide": "div", "fmod": "fmod", "remainder": "remainder", "pow": "pow", "maximum": "maximum",
            "minimum": "minimum", "max.binary": "maximum", "min.binary": "minimum", "eq": "eq", "ne": "ne", "lt": "lt",
            "le": "le", "gt": "gt", "ge": "ge", "logical_and": "logicalAnd", "logical_or": "logicalOr",
            "logical_xor": "logicalXor", "bitwise_and": "bitwiseAnd", "bitwise_or": "bitwiseOr", "bitwise_xor": "bitwiseXor",
            "matmul": "matmul",
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
    "fill": lambda x, value: call("Tensor.fill_", x, operand(int(value) if isinstance(value, bool) else value)) if not torch.is_tensor(value) else unmapped("a tensor as value"),
}
