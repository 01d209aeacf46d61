"""Reading and writing by position."""
import torch


def positions(index):
    """An index as PyTorch takes it; other dtypes stay, to be refused."""
    return index.long() if index.dtype == torch.int32 else index


def index_of(entry):
    if isinstance(entry, list):
        start, stop, step = (entry + [None, None, None])[:3]
        return slice(start, stop, step)
    if entry == ":":
        return slice(None)
    if entry == "...":
        return Ellipsis
    return positions(entry) if torch.is_tensor(entry) else entry


def at(x, indices):
    """x[indices]. PyTorch has no negative steps: those dimensions are picked by lists of positions instead."""
    left = x.dim() - sum(1 if not torch.is_tensor(i) or i.dtype != torch.bool else i.dim() for i in indices if i is not None and i != "...")
    axis = 0
    out = x
    kept = []
    for entry in indices:
        if isinstance(entry, list) and len(entry) > 2 and (entry[2] or 1) < 0:
            size = x.shape[axis]
            places = list(range(size))[slice(*entry)]
            out = out.index_select(axis, torch.tensor(places, dtype=torch.int64))
            entry = ":"
        kept.append(entry)
        axis += left if entry == "..." else 0 if entry is None else entry.dim() if torch.is_tensor(entry) and entry.dtype == torch.bool else 1
    return out[tuple(index_of(entry) for entry in kept)]


def set_at(x, indices, value):
    y = x.clone()
    y[tuple(index_of(entry) for entry in indices)] = value.to(x.dtype) if torch.is_tensor(value) else value
    return y


CALLS = {
    "at": at,
    "setAt": set_at,
    "gather": lambda x, axis, index: torch.gather(x, axis, positions(index)),
    "scatterAdd": lambda x, axis, index, source: torch.scatter_add(x, axis, positions(index), source),
    "indexSelect": lambda x, axis, index: torch.index_select(x, axis, positions(index)),
    "maskedSelect": torch.masked_select,
    "maskedSelectSync": torch.masked_select,
    "nonzero": lambda x, o=None: list(torch.nonzero(x, as_tuple=True)) if o else torch.nonzero(x),
    "nonzeroSync": torch.nonzero,
    "Tensor.at": lambda x, *indices: at(x, list(indices)),
    "Tensor.setAt": set_at,
}
