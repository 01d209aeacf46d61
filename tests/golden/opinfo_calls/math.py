"""Elementwise mathematics."""
import torch

from opinfo_calls.common import Unmapped, binary, call, operand, unary


def scaled(fn):
    return lambda x, a, b, value=1: call(fn, x, a, b, value=None if value == 1 else operand(value))


def close(fn):
    return lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: call(fn, a, b, rtol=rtol, atol=atol, equalNan=equal_nan)


def divided(a, b, rounding_mode=None):
    return call("div", operand(a), operand(b), roundingMode=rounding_mode)


def polygamma(x, n):
    return call("polygamma", n, x)


def rounded(x, decimals=0):
    return call("round", x, decimals=decimals or None)


CALLS = {
    **{
        name: unary(ours)
        for name, ours in {
            "acos": "acos", "acosh": "acosh", "asin": "asin", "asinh": "asinh", "atan": "atan", "atanh": "atanh", "cosh": "cosh",
            "sinh": "sinh", "tan": "tan", "deg2rad": "deg2rad", "rad2deg": "rad2deg", "digamma": "digamma", "lgamma": "lgamma",
            "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "exp2": "exp2", "log2": "log2", "log10": "log10", "frac": "frac",
            "frexp": "frexp", "isneginf": "isneginf", "isposinf": "isposinf", "positive": "positive", "signbit": "signbit",
            "sinc": "sinc", "bitwise_not": "bitwiseNot",
        }.items()
    },
    **{
        name: binary(ours)
        for name, ours in {
            "atan2": "atan2", "bitwise_left_shift": "bitwiseLeftShift", "bitwise_right_shift": "bitwiseRightShift",
            "copysign": "copysign", "float_power": "floatPower", "fmax": "fmax", "fmin": "fmin", "gcd": "gcd", "lcm": "lcm",
            "heaviside": "heaviside", "hypot": "hypot", "ldexp": "ldexp", "logaddexp": "logaddexp", "logaddexp2": "logaddexp2",
            "nextafter": "nextafter", "xlogy": "xlogy",
        }.items()
    },
    "div.floor_rounding": divided,
    "div.trunc_rounding": divided,
    "floor_divide": binary("floorDivide"),
    "allclose": close("allclose"),
    "equal": binary("equal"),
    **{f"polygamma.polygamma_n_{n}": polygamma for n in range(5)},
    "special.polygamma.special_polygamma_n_0": polygamma,
    "addcmul": scaled("addcmul"),
    "addcdiv": scaled("addcdiv"),
    "isclose": close("isclose"),
    "allclose": close("allclose"),
    "equal": lambda a, b: call("equal", a, b),
    "lerp": lambda a, b, weight: call("lerp", a, b, operand(weight)),
    "logit": lambda x, eps=None: call("logit", x, eps),
    "nan_to_num": lambda x, nan=None, posinf=None, neginf=None: call("nanToNum", x, nan=nan, posinf=posinf, neginf=neginf),
    "round.decimals_3": rounded,
    "round.decimals_neg_3": rounded,
}
