"""Elements put in other places."""
import torch

from calls.arranging import CALLS as PYTORCH
from opinfo_calls.common import OMITTED, Unmapped, axes, call, unmapped


def diagonals(fn):
    return lambda x, offset=0, dim1=None, dim2=None: call(fn, x, offset=offset, dim1=dim1, dim2=dim2)


def pad(mode):
    def run(x, padding, mode=mode, value=None):
        return call("pad", x, list(padding), mode=None if mode == "constant" else mode, value=value)

    return run


def pair(value):
    return list(value) if isinstance(value, (list, tuple)) else value


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    return call("unfold", x, pair(kernel_size), dilation=pair(dilation), padding=pair(padding), stride=pair(stride))


def places(fn):
    def run(row, col, offset=0, dtype=None, device=None):
        if dtype not in (None, torch.int64, torch.int32):
            raise Unmapped(f"no {str(dtype).removeprefix('torch.')}")
        return call(fn, row, col, offset)

    return run


def slice_scatter(x, source, dim=0, start=None, end=None, step=1):
    return call("sliceScatter", x, source, dim, start=start, end=None if end is None else min(end, 2**31), step=step)


def diagonal_scatter(x, source, offset=0, dim1=None, dim2=None):
    return call("diagonalScatter", x, source, offset=offset, dim1=dim1, dim2=dim2)


def as_strided(x, size, stride, storage_offset=None):
    return call("asStrided", x, list(size), list(stride), storageOffset=storage_offset)


def as_strided_scatter(x, source, size, stride, storage_offset=None):
    return call("asStridedScatter", x, source, list(size), list(stride), storageOffset=storage_offset)


CALLS = {
    "movedim": lambda x, source, destination: call("movedim", x, axes(source), axes(destination)),
    "swapaxes": lambda x, a, b: call("swapaxes", x, a, b),
    "ravel": lambda x: call("ravel", x),
    "unflatten": lambda x, dim, sizes: call("unflatten", x, dim, list(sizes)),
    "expand_as": lambda x, other: call("expandAs", x, other.detach()),
    "broadcast_to": lambda x, shape: call("broadcastTo", x, list(shape)),
    "broadcast_shapes": lambda *shapes: unmapped("shapes alone: no tensor"),
    "roll": lambda x, shifts, dims=OMITTED: call("roll", x, axes(shifts), axes(dims) if dims is not OMITTED else OMITTED),
    "rot90": lambda x, k=1, dims=(0, 1): call("rot90", x, k, list(dims)),
    "fliplr": lambda x: call("fliplr", x),
    "flipud": lambda x: call("flipud", x),
    "constant_pad_nd": lambda x, padding, value=0: call("pad", x, list(padding), value=value),
    "nn.functional.pad.constant": pad("constant"),
    "nn.functional.pad.reflect": pad("reflect"),
    "nn.functional.pad.replicate": pad("replicate"),
    "nn.functional.pad.circular": pad("circular"),
    "tril": lambda x, diagonal=0: call("tril", x, diagonal),
    "triu": lambda x, diagonal=0: call("triu", x, diagonal),
    "tril_indices": places("trilIndices"),
    "triu_indices": places("triuIndices"),
    "diag": lambda x, diagonal=0: call("diag", x, diagonal),
    "diagflat": lambda x, offset=0: call("diagflat", x, offset),
    "diag_embed": diagonals("diagEmbed"),
    "diagonal": diagonals("diagonal"),
    "diagonal_scatter": diagonal_scatter,
    "select_scatter": lambda x, source, dim, index: call("selectScatter", x, source, dim, index),
    "slice_scatter": slice_scatter,
    "as_strided": as_strided,
    "as_strided_scatter": as_strided_scatter,
    "unfold": lambda x, dimension, size, step: call("unfoldDimension", x, dimension, size, step),
    "nn.functional.unfold": unfold,
    "nn.functional.pixel_shuffle": lambda x, upscale_factor: call("pixelShuffle", x, upscale_factor),
    "nn.functional.pixel_unshuffle": lambda x, downscale_factor: call("pixelUnshuffle", x, downscale_factor),
    "linalg.vander": lambda x, N=None: call("vander", x, N=N, increasing=True),
}

# The gradient of 1.13 has values that were never written.
RESULTS = {"as_strided_scatter": lambda made: PYTORCH[made["fn"]](*made["args"])}
