"""Elementwise functions."""
import torch


def scalar_first(fn):
    """PyTorch's functions want a tensor first; a number there is a 0-d one."""
    return lambda a, *rest: fn(a if torch.is_tensor(a) else wrapped(a), *rest)


def wrapped(number):
    """A number as PyTorch treats it among tensors: it has no say in the dtype within its category."""
    return torch.tensor(number, dtype=torch.float32 if isinstance(number, float) else torch.int64)


def clamp(x, low=None, high=None):
    if torch.is_tensor(low) or torch.is_tensor(high):
        return torch.clamp(x, *(b if b is None or torch.is_tensor(b) else torch.tensor(b) for b in (low, high)))
    return torch.clamp(x, low, high)


def where(condition, a, b):
    """where() of 1.13 treats numbers as 0-d tensors of their own dtype: here they adopt the other operand's."""
    other = next(x for x in (a, b) if torch.is_tensor(x))
    a, b = (x if torch.is_tensor(x) else torch.tensor(x, dtype=other.dtype) for x in (a, b))
    return torch.where(condition, a, b)


CALLS = {
    **{
        name: scalar_first(getattr(torch, name))
        for name in "add sub mul fmod remainder maximum minimum eq ne lt le gt ge".split()
    },
    **{
        name: getattr(torch, name)
        for name in (
            "neg abs sign square reciprocal exp expm1 log log1p sqrt rsqrt sin cos tanh sigmoid relu floor ceil trunc "
            "isnan isinf isfinite"
        ).split()
    },
    "pow": torch.pow,
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
    "logicalNot": torch.logical_not,
    "bitwiseAnd": torch.bitwise_and,
    "bitwiseOr": torch.bitwise_or,
    "bitwiseXor": torch.bitwise_xor,
    "clamp": clamp,
    "leakyRelu": lambda x, slope: torch.nn.functional.leaky_relu(x, slope) if not torch.is_tensor(slope) else torch.where(x > 0, x, x * slope),
    "where": where,
    "maskedFill": torch.masked_fill,
    "Tensor.add": lambda x, y, o: torch.add(x, y, **o),
    "Tensor.sub": lambda x, y, o: torch.sub(x, y, **o),
    "Tensor.pow": torch.pow,
    "Tensor.where": lambda x, condition, other: where(condition, x, other),
}
