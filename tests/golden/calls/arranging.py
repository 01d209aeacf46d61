"""Elements put in other places."""
import torch
import torch.nn.functional as F


def roll(x, shifts, dims=()):
    return torch.roll(x, shifts, dims)


def diagonal_options(options, dim1, dim2):
    return {"offset": options.get("offset", 0), "dim1": options.get("dim1", dim1), "dim2": options.get("dim2", dim2)}


def vander(x, options={}):
    """torch.vander takes no batches, torch.linalg.vander no fewer than two powers."""
    x = x.reshape(1) if x.dim() == 0 else x
    powers = options.get("N", x.shape[-1])
    if powers < 0:
        raise ValueError("N must be non-negative")
    base = x if x.is_floating_point() else x.to(torch.int64)
    columns = [base[..., None].expand(*x.shape, 1) * 0 + 1] if powers > 0 else [base[..., None][..., :0]]
    y = torch.cat([*columns, base[..., None].expand(*x.shape, max(powers - 1, 0)).cumprod(-1)], -1)
    return y if options.get("increasing") else y.flip(-1)


def places(fn):
    return lambda row, col, offset=0, options=None: fn(row, col, offset)


def channel_shuffle(x, groups):
    """1.13 has no gradient for it: the same by an index, which has."""
    expected = torch.channel_shuffle(x.detach(), groups)
    order = torch.arange(x.shape[1]).reshape(groups, -1).T.reshape(-1)
    y = x.index_select(1, order)
    assert torch.equal(y, expected)
    return y


def pixels(fn):
    """Of an empty batch 1.13 gives another shape, or no gradient: then the shape of a batch of one."""

    def run(x, factor):
        if x.numel() > 0:
            return fn(x, factor)
        return x.reshape(0, *fn(torch.zeros(1, *x.shape[1:]), factor).shape[1:])

    return run


def as_strided_scatter(x, source, shape, strides, options={}):
    """The gradient of 1.13 has values that were never written: the same by an index instead."""
    offset = options.get("storageOffset", 0)
    places = torch.arange(x.numel()).as_strided(shape, strides, offset).reshape(-1)
    y = x.reshape(-1).scatter(0, places, source.reshape(-1)).reshape(x.shape)
    assert torch.equal(y, torch.as_strided_scatter(x.detach(), source.detach(), shape, strides, offset))
    return y


def pad(x, padding, options={}):
    """In circles 1.13 pads all dimensions but two."""
    mode = options.get("mode", "constant")
    missing = max(0, len(padding) // 2 + 2 - x.dim()) if mode == "circular" else 0
    y = F.pad(x[(None,) * missing], padding, mode, options.get("value"))
    return y[(0,) * missing]


def slice_scatter(x, source, dim=0, options={}):
    return torch.slice_scatter(x, source, dim, options.get("start"), options.get("end"), options.get("step", 1))


CALLS = {
    "movedim": torch.movedim,
    "moveaxis": torch.moveaxis,
    "swapaxes": torch.swapaxes,
    "swapdims": torch.swapdims,
    "ravel": torch.ravel,
    "unflatten": lambda x, dim, sizes: x.unflatten(dim, sizes),
    "broadcastTo": torch.broadcast_to,
    "expandAs": lambda x, other: x.expand_as(other),
    "roll": roll,
    "rot90": lambda x, k=1, dims=(0, 1): torch.rot90(x, k, list(dims)),
    "fliplr": torch.fliplr,
    "flipud": torch.flipud,
    "pad": pad,
    "tril": torch.tril,
    "triu": torch.triu,
    "trilIndices": places(torch.tril_indices),
    "triuIndices": places(torch.triu_indices),
    "diag": torch.diag,
    "diagflat": torch.diagflat,
    "diagEmbed": lambda x, options={}: torch.diag_embed(x, **diagonal_options(options, -2, -1)),
    "diagonal": lambda x, options={}: torch.diagonal(x, **diagonal_options(options, 0, 1)),
    "diagonalScatter": lambda x, source, options={}: torch.diagonal_scatter(x, source, **diagonal_options(options, 0, 1)),
    "selectScatter": torch.select_scatter,
    "sliceScatter": slice_scatter,
    "asStrided": lambda x, shape, strides, options={}: torch.as_strided(x, shape, strides, options.get("storageOffset")),
    "asStridedScatter": as_strided_scatter,
    "unfoldDimension": lambda x, dim, size, step: x.unfold(dim, size, step),
    "unfold": lambda x, kernel, options={}: F.unfold(x, kernel, **options),
    "fold": lambda x, output, kernel, options={}: F.fold(x, output, kernel, **options),
    "pixelShuffle": pixels(F.pixel_shuffle),
    "pixelUnshuffle": pixels(F.pixel_unshuffle),
    "channelShuffle": channel_shuffle,
    "vander": vander,
}
