"""Writing and joining by index."""
import torch

from calls.indexing import index_of, positions


def scatter(x, dim, index, src, o=None):
    o = o or {}
    if o.get("reduce") == "add":
        src = src if torch.is_tensor(src) else torch.full(index.shape, src, dtype=x.dtype)
        return x.scatter_add(dim, positions(index), src.detach())
    if x.dtype == torch.bool and o:
        return x.int().scatter(dim, positions(index), src.int() if torch.is_tensor(src) else src, **o).bool()
    return x.scatter(dim, positions(index), src, **o)


def include_self(o):
    return (o or {}).get("includeSelf", True)


def scatter_reduce(x, dim, index, src, reduce, o=None):
    return x.scatter_reduce(dim, positions(index), src, reduce, include_self=include_self(o))


def index_add(x, dim, index, source, o=None):
    return x.index_add(dim, positions(index), source, **(o or {}))


def index_put(x, indices, values, o=None):
    y = x.clone()
    # PyTorch's own index_put takes no None in this form.
    key = tuple(slice(None) if i is None else positions(i) for i in indices)
    if (o or {}).get("accumulate"):
        whole = [torch.arange(x.shape[d]) for d in range(x.dim())]
        masks = torch.arange(x.numel()).reshape(x.shape)[key].reshape(-1)
        picked = x.detach()[key]
        if values.dtype != x.dtype:
            raise TypeError("dtypes differ")
        return x.reshape(-1).index_put((masks,), values.expand(picked.shape).reshape(-1), accumulate=True).reshape(x.shape)
    if values.dtype != x.dtype:
        raise TypeError("dtypes differ")
    if values.dim() > x.detach()[key].dim():
        raise ValueError("too many dimensions")
    y[key] = values
    return y


def put(x, index, source, o=None):
    return x.put(positions(index), source, accumulate=(o or {}).get("accumulate", False))


CALLS = {
    "scatter": scatter,
    "scatterReduce": scatter_reduce,
    "indexAdd": index_add,
    "indexCopy": lambda x, dim, index, source: x.index_copy(dim, positions(index), source),
    "indexFill": lambda x, dim, index, value: x.index_fill(dim, positions(index), value),
    "indexReduce": lambda x, dim, index, source, reduce, o=None: x.index_reduce(
        dim, positions(index), source, reduce, include_self=include_self(o)
    ),
    "indexPut": index_put,
    "put": put,
    "maskedScatter": torch.masked_scatter,
}
