"""Activations."""
from opinfo_calls.common import call, dtype_name, unmapped


def plain(fn):
    return lambda x, inplace=False: call(fn, x)


def softmin(x, dim, dtype=None, _stacklevel=3):
    return call("softmin", x, dim, dtype=dtype_name(dtype))


CALLS = {
    **{f"nn.functional.{name}": plain(name) for name in "relu6 selu silu mish hardsigmoid hardswish softsign tanhshrink".split()},
    "nn.functional.logsigmoid": plain("logsigmoid"),
    "nn.functional.elu": lambda x, alpha=1.0, inplace=False: call("elu", x, alpha),
    "nn.functional.celu": lambda x, alpha=1.0, inplace=False: call("celu", x, alpha),
    "nn.functional.softplus": lambda x, beta=1, threshold=20: call("softplus", x, beta, threshold),
    "nn.functional.softshrink": lambda x, lambd=0.5: call("softshrink", x, lambd),
    "nn.functional.hardshrink": lambda x, lambd=0.5: call("hardshrink", x, lambd),
    "nn.functional.hardtanh": lambda x, min_val=-1.0, max_val=1.0, inplace=False: call("hardtanh", x, min_val, max_val),
    "nn.functional.threshold": lambda x, threshold, value, inplace=False: call("threshold", x, threshold, value),
    "nn.functional.gelu": lambda x, approximate="none": call("gelu", x, approximate=approximate),
    "nn.functional.prelu": lambda x, weight: call("prelu", x, weight),
    "nn.functional.rrelu": lambda x, lower=1 / 8, upper=1 / 3, training=False, inplace=False: unmapped("random slopes, drawn on the device") if training else call("rrelu", x, lower=lower, upper=upper),
    "nn.functional.glu": lambda x, dim=-1: call("glu", x, dim),
    "nn.functional.softmin": softmin,
    "nn.functional.softmin.with_dtype": softmin,
}
