"""Convolutions and their transposes."""
import torch.nn.functional as F


def convolution(fn):
    def run(x, w, b=None, o=None):
        o = dict(o or {})
        if "outputPadding" in o:
            o["output_padding"] = o.pop("outputPadding")
        return fn(x, w, b, **o)

    return run


CALLS = {
    **{f"conv{d}d": convolution(getattr(F, f"conv{d}d")) for d in (1, 2, 3)},
    **{f"convTranspose{d}d": convolution(getattr(F, f"conv_transpose{d}d")) for d in (1, 2, 3)},
}
