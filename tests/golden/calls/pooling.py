"""Pooling and unpooling."""
import torch
import torch.nn.functional as F

from calls.creation import SEED

SNAKE = {
    "ceilMode": "ceil_mode", "countIncludePad": "count_include_pad", "divisorOverride": "divisor_override",
    "outputSize": "output_size", "outputRatio": "output_ratio", "randomSamples": "_random_samples",
}


def snake(o):
    return {SNAKE.get(name, name): value for name, value in (o or {}).items()}


def windows(fn):
    return lambda x, kernel, o=None: fn(x, kernel, **snake(o))


def with_indices(fn):
    return lambda x, kernel, o=None: list(fn(x, kernel, **snake(o), return_indices=True))


def adaptive(fn, rank, indices=False):
    def run(x, size):
        sizes = [size] * rank if size is None or isinstance(size, int) else size
        sizes = [x.shape[i - rank] if n is None else n for i, n in enumerate(sizes)]
        sizes = sizes[0] if rank == 1 and len(sizes) == 1 else sizes
        return list(fn(x, sizes, return_indices=True)) if indices else fn(x, sizes)

    return run


def fractional(fn, indices=False):
    def run(x, kernel, o):
        torch.manual_seed(SEED)
        made = fn(x, kernel, **snake(o), return_indices=indices)
        return list(made) if indices else made

    return run


def norms(fn):
    return lambda x, p, kernel, o=None: fn(x, p, kernel, **snake(o))


def lp_pool3d(x, p, kernel, stride=None, ceil_mode=False):
    """1.13 lacks it: the formula of lp_pool2d."""
    means = F.avg_pool3d(x.pow(p), kernel, stride, 0, ceil_mode)
    size = kernel[0] * kernel[1] * kernel[2]
    return (torch.sign(means) * torch.relu(torch.abs(means))).mul(size).pow(1 / p)


def unpool(fn):
    def run(x, indices, kernel, o=None):
        return fn(x, indices.long() if indices.dtype == torch.int32 else indices, kernel, **snake(o))

    return run


CALLS = {
    **{f"maxPool{d}d": windows(getattr(F, f"max_pool{d}d")) for d in (1, 2, 3)},
    **{f"maxPool{d}dWithIndices": with_indices(getattr(F, f"max_pool{d}d")) for d in (1, 2, 3)},
    **{f"avgPool{d}d": windows(getattr(F, f"avg_pool{d}d")) for d in (1, 2, 3)},
    "lpPool1d": norms(lambda x, p, kernel, **o: F.lp_pool1d(x, p, kernel[0] if isinstance(kernel, list) else kernel, **o)),
    "lpPool2d": norms(F.lp_pool2d),
    "lpPool3d": norms(lp_pool3d),
    **{f"adaptiveAvgPool{d}d": adaptive(getattr(F, f"adaptive_avg_pool{d}d"), d) for d in (1, 2, 3)},
    **{f"adaptiveMaxPool{d}d": adaptive(getattr(F, f"adaptive_max_pool{d}d"), d) for d in (1, 2, 3)},
    **{f"adaptiveMaxPool{d}dWithIndices": adaptive(getattr(F, f"adaptive_max_pool{d}d"), d, True) for d in (1, 2, 3)},
    **{f"fractionalMaxPool{d}d": fractional(getattr(F, f"fractional_max_pool{d}d")) for d in (2, 3)},
    **{f"fractionalMaxPool{d}dWithIndices": fractional(getattr(F, f"fractional_max_pool{d}d"), True) for d in (2, 3)},
    **{f"maxUnpool{d}d": unpool(getattr(F, f"max_unpool{d}d")) for d in (1, 2, 3)},
}
