"""Sorting and order statistics."""
import torch


def ordered(x, dim, descending):
    """By the stable sort, in which ties are determined. 1.13 does not sort bools on every path."""
    return torch.sort(x, dim=dim, descending=descending, stable=True)


def sort(x, dim=-1, o=None):
    return list(ordered(x, dim, (o or {}).get("descending", False)))


def check(values, own):
    """The stable sort only decides ties: the values must be PyTorch's own."""
    assert torch.equal(torch.nan_to_num(values.detach(), nan=1e9), torch.nan_to_num(own.detach(), nan=1e9))


def part(x, dim, picked, own):
    """Values and indices at sorted positions: of a vector, where x has no dimensions."""
    values, indices = picked(*ordered(x, dim, False)) if x.dim() else (x.clone(), torch.zeros((), dtype=torch.int64))
    if x.dtype != torch.bool:
        check(values, own)
    return [values, indices]


def topk(x, k, dim=-1, o=None):
    o = o or {}
    largest = o.get("largest", True)
    plain = x.byte() if x.dtype == torch.bool else x
    own = torch.topk(plain, k, dim, largest=largest, sorted=True)[0]
    if x.dim() == 0:
        return [x.clone(), torch.zeros((), dtype=torch.int64)]
    values, indices = ordered(x, dim, largest)
    values, indices = values.narrow(dim, 0, k), indices.narrow(dim, 0, k)
    check(values.to(own.dtype), own)
    return [values, indices]


def kthvalue(x, k, dim=-1, o=None):
    keepdim = bool((o or {}).get("keepdim"))
    plain = x.byte() if x.dtype == torch.bool else x
    own = torch.kthvalue(plain, k, dim, keepdim)[0]

    def picked(values, indices):
        values, indices = values.narrow(dim, k - 1, 1), indices.narrow(dim, k - 1, 1)
        return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

    return part(x, dim, picked, own)


def median_along(fn):
    def run(x, dim, o=None):
        keepdim = bool((o or {}).get("keepdim"))
        own = fn(x, dim, keepdim)[0]

        def picked(values, indices):
            n = x.shape[dim]
            numbers = (~values.isnan()).sum(dim, keepdim=True)
            if fn is torch.nanmedian:
                place = torch.div((numbers - 1).clamp(min=0), 2, rounding_mode="floor")
            else:
                place = torch.where(numbers < n, numbers, torch.full_like(numbers, (n - 1) // 2))
            values, indices = values.gather(dim, place), indices.gather(dim, place)
            return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

        return part(x, dim, picked, own)

    return run


def mode(x, dim=-1, o=None):
    """By counting equal elements: 1.13 sorts NaN among the numbers, and long lines not stably."""
    keepdim = bool((o or {}).get("keepdim"))
    if x.dim() == 0:
        return list(torch.mode(x, dim, keepdim))
    if x.shape[dim] == 0:
        raise RuntimeError("nothing to choose from")
    lines = x.detach().movedim(dim, -1)
    places = torch.zeros(lines.shape[:-1], dtype=torch.int64)
    for at in range(places.numel()):
        line = lines.reshape(-1, lines.shape[-1])[at].tolist()
        counts = [1 if a != a else line.count(a) for a in line]
        most = max(counts)
        among = [i for i, c in enumerate(counts) if c == most]
        numbers = [line[i] for i in among if line[i] == line[i]]
        smallest = min(numbers) if numbers else None
        places.view(-1)[at] = among[0] if smallest is None else max(i for i in among if line[i] == smallest)
    places = places.unsqueeze(dim if dim >= 0 else dim + x.dim())
    values = x.gather(dim, places)
    return [values, places] if keepdim else [values.squeeze(dim), places.squeeze(dim)]


def quantile(fn):
    return lambda x, q, dim=None, o=None: fn(x, q, dim, **(o or {}))


CALLS = {
    "sort": sort,
    "argsort": lambda x, dim=-1, o=None: sort(x, dim, o)[1],
    "msort": torch.msort,
    "topk": topk,
    "kthvalue": kthvalue,
    "median": torch.median,
    "nanmedian": torch.nanmedian,
    "medianAlong": median_along(torch.median),
    "nanmedianAlong": median_along(torch.nanmedian),
    "mode": mode,
    "quantile": quantile(torch.quantile),
    "nanquantile": quantile(torch.nanquantile),
}
