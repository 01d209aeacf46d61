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
    **{f"Tensor.{name}": in_place(name) for name in "add_ sub_ mul_ div_ relu_ clamp_ fill_ zero_".split()},
    "Tensor.copy_": lambda x, source: x.clone().copy_(source),
    "Tensor.apply_": apply_in_place,
}
