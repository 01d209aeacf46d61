"""Elementwise mathematics."""
import numpy as np
import scipy.special
import torch

from calls.arithmetic import scalar_first


def options(fn):
    return lambda *args: fn(*args[:-1], **{NAMES.get(k, k): v for k, v in args[-1].items()}) if isinstance(args[-1], dict) else fn(*args)


NAMES = {"equalNan": "equal_nan"}


class Polygamma(torch.autograd.Function):
    """PyTorch 1.13's own trigamma is off by 1e-9: scipy's values, by reflection below 0. At infinity it gives NaN for 0."""

    @staticmethod
    def forward(ctx, n, x):
        ctx.n = n
        ctx.save_for_backward(x)
        if n < 0:
            raise ValueError("a negative order")
        if n == 0:
            return torch.digamma(x)
        if n > 1:
            return torch.where(torch.isposinf(x), torch.zeros_like(x), torch.polygamma(n, x.double()).to(x.dtype))
        z = x.double().numpy()
        inf = np.isposinf(z)
        with np.errstate(all="ignore"):
            y = scipy.special.polygamma(1, np.where(z < 0, 1 - z, z))
            y = np.where(z < 0, np.pi**2 / np.sin(np.pi * (z - np.floor(z))) ** 2 - y, y)
            y = np.where(np.abs(z) < 0.5, scipy.special.polygamma(1, 1 + z) + 1 / z**2, y)
        return torch.as_tensor(np.where(inf, 0, y), dtype=x.dtype).reshape(x.shape)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return None, g * Polygamma.apply(ctx.n + 1, x)


def digamma(x):
    return Polygamma.apply(0, x.float() if not x.is_floating_point() else x)


def divide(a, b, options={}):
    return scalar_first(lambda a, b: torch.div(a, b, rounding_mode=options.get("roundingMode")))(a, b)


def verdict(fn):
    """What tells a boolean, as a tensor."""
    return lambda *args: torch.tensor(options(fn)(*args))


CALLS = {
    **{
        name: getattr(torch, name)
        for name in (
            "exp2 log2 log10 tan asin acos atan sinh cosh asinh acosh atanh erf erfc erfinv lgamma sinc deg2rad rad2deg "
            "frac positive signbit isposinf isneginf atan2 hypot logaddexp logaddexp2 copysign fmax fmin nextafter heaviside "
            "lerp gcd lcm logit"
        ).split()
    },
    "digamma": digamma,
    "polygamma": Polygamma.apply,
    "ldexp": lambda x, e: torch.ldexp(x, e if torch.is_tensor(e) else torch.tensor(e)),
    "xlogy": torch.xlogy,
    "floatPower": torch.float_power,
    "div": divide,
    "floorDivide": lambda a, b: divide(a, b, {"roundingMode": "floor"}),
    "round": options(torch.round),
    "nanToNum": options(torch.nan_to_num),
    "isclose": options(torch.isclose),
    "allclose": verdict(torch.allclose),
    "equal": verdict(torch.equal),
    "addcmul": options(torch.addcmul),
    "addcdiv": options(torch.addcdiv),
    "frexp": lambda x: list(torch.frexp(x)),
    "bitwiseNot": torch.bitwise_not,
    "bitwiseLeftShift": torch.bitwise_left_shift,
    "bitwiseRightShift": torch.bitwise_right_shift,
}
