"""Functions that write into their first argument: run on a copy of it."""
import torch


def in_place(name):
    """The method on a copy."""

    def run(x, *args):
        o = args[-1] if args and isinstance(args[-1], dict) else {}
        plain = args[:-1] if args and isinstance(args[-1], dict) else args
        return getattr(x.clone(), name)(*plain, **o)

    return run


def apply_in_place(x, name, *args):
    return getattr(x.clone(), name + "_")(*args)


CALLS = {
    **{f"Tensor.{name}": in_place(name) for name in (
        "add_ sub_ mul_ div_ relu_ clamp_ fill_ zero_ abs_ addcdiv_ addcmul_ ceil_ cos_ exp_ expm1_ floor_ fmod_ lerp_ log1p_ log_ "
        "neg_ pow_ reciprocal_ remainder_ round_ rsqrt_ sigmoid_ sign_ sin_ sqrt_ square_ tanh_ trunc_"
    ).split()},
    "Tensor.maskedFill_": lambda x, mask, value: x.clone().masked_fill_(mask, value),
    "Tensor.scatterAdd_": lambda x, axis, index, source: x.clone().scatter_add_(axis, index.long(), source),
    "Tensor.div": lambda x, y, o=None: torch.div(x, y, rounding_mode=(o or {}).get("roundingMode")),
    "Tensor.round": lambda x, o=None: torch.round(x, decimals=(o or {}).get("decimals", 0)),
    "Tensor.copy_": lambda x, source: x.clone().copy_(source),
    "Tensor.apply_": apply_in_place,
}
