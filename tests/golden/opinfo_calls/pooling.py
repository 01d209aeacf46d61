"""Pooling and unpooling."""
import torch

from opinfo_calls.common import call
from opinfo_calls.convolution import sizes


def max_pool(fn):
    def run(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return call(
            f"{fn}WithIndices" if return_indices else fn, x, sizes(kernel_size), stride=sizes(stride),
            padding=sizes(padding), dilation=sizes(dilation), ceilMode=ceil_mode,
        )

    return run


def avg_pool(fn):
    def run(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        options = {} if count_include_pad else {"countIncludePad": 0}
        made = call(
            fn, x, sizes(kernel_size), stride=sizes(stride) if stride != () else None, padding=sizes(padding),
            ceilMode=ceil_mode, divisorOverride=divisor_override, **options,
        )
        if options:
            made["args"][-1]["countIncludePad"] = False
        return made

    return run


def adaptive(fn):
    def run(x, output_size, return_indices=False):
        return call(f"{fn}WithIndices" if return_indices else fn, x, sizes(output_size))

    return run


def fractional(fn, rank):
    """OpInfo seeds the generator before the call; the numbers it then draws are given to ours."""

    def run(x, kernel_size, output_size=None, output_ratio=None, return_indices=False):
        with torch.random.fork_rng():
            torch.manual_seed(42)
            batch = 1 if x.dim() == rank + 1 else x.shape[0]
            samples = torch.rand(batch, x.shape[-rank - 1], rank, dtype=x.dtype)
        return call(
            f"{fn}WithIndices" if return_indices else fn, x, sizes(kernel_size), outputSize=sizes(output_size),
            outputRatio=sizes(output_ratio), randomSamples=samples,
        )

    return run


def max_unpool(fn):
    def run(x, indices, kernel_size, stride=None, padding=0, output_size=None):
        return call(
            fn, x, indices.int(), sizes(kernel_size), stride=sizes(stride), padding=sizes(padding),
            outputSize=None if output_size is None else list(output_size),
        )

    return run


CALLS = {
    **{f"nn.functional.max_pool{d}d": max_pool(f"maxPool{d}d") for d in (1, 2, 3)},
    **{f"nn.functional.avg_pool{d}d": avg_pool(f"avgPool{d}d") for d in (1, 2, 3)},
    **{f"nn.functional.adaptive_avg_pool{d}d": adaptive(f"adaptiveAvgPool{d}d") for d in (1, 2, 3)},
    **{f"nn.functional.adaptive_max_pool{d}d": adaptive(f"adaptiveMaxPool{d}d") for d in (1, 2, 3)},
    **{f"nn.functional.fractional_max_pool{d}d": fractional(f"fractionalMaxPool{d}d", d) for d in (2, 3)},
    **{f"nn.functional.max_unpool{d}d": max_unpool(f"maxUnpool{d}d") for d in (1, 2, 3)},
    **{f"nn.functional.max_unpool{d}d.grad": max_unpool(f"maxUnpool{d}d") for d in (1, 2, 3)},
}
