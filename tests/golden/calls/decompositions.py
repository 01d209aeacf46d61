"""Decompositions. What is determined up to signs, or reads one triangle only, is called as gauge-free.ts does."""
import torch


def symmetric(x):
    square = x.dim() >= 2 and x.shape[-1] == x.shape[-2]
    return (x + x.mT) / 2 if square and x.is_floating_point() else x


def cholesky(x, o=None):
    return torch.linalg.cholesky(symmetric(x), **(o or {}))


def cholesky_ex(x, o=None):
    return torch.linalg.cholesky_ex(symmetric(x), **(o or {}))


def masked(l, o):
    """PyTorch's gradient has numbers in the triangle that is not read, too: here it is of what is read."""
    return torch.triu(l) if (o or {}).get("upper") else torch.tril(l)


def cholesky_solve(b, l, o=None):
    if b.shape[-2] != l.shape[-1]:
        raise ValueError("sizes do not fit")
    return torch.cholesky_solve(b, masked(l, o), **(o or {}))


def eigh(x, o=None):
    values, vectors = torch.linalg.eigh(symmetric(x), **(o or {}))
    return [values, vectors.abs()]


def svd(x, o=None):
    u, s, vh = torch.linalg.svd(x, full_matrices=(o or {}).get("fullMatrices", True))
    k = s.shape[-1]
    left, right = u.detach(), vh.detach().mT
    return [u[..., :k].abs(), s, vh[..., :k, :].abs(), left.mT @ left, right.mT @ right]


def lu(x, o=None):
    """Without row exchanges PyTorch has it for CUDA only: elimination in float64, differentiated by autograd."""
    if (o or {}).get("pivot", True):
        return torch.linalg.lu(x)
    m, n = x.shape[-2:]
    k = min(m, n)
    rest, columns, rows = x.double(), [], []
    for i in range(k):
        column = rest[..., :, i] / rest[..., i : i + 1, i]
        row = rest[..., i, :]
        columns.append(column)
        rows.append(row)
        rest = rest - column.unsqueeze(-1) * row.unsqueeze(-2)
    unit = torch.eye(m, dtype=x.dtype).expand(*x.shape[:-2], m, m)
    return [unit, torch.tril(torch.stack(columns, -1)).to(x.dtype), torch.triu(torch.stack(rows, -2)).to(x.dtype)]


def lu_factor(x, o=None):
    return torch.linalg.lu_factor(x)


def qr(x, o=None):
    return torch.linalg.qr(x, **(o or {}))


def both(name, call):
    return {name: call, f"{name}Sync": call}


CALLS = {
    **both("cholesky", cholesky),
    **both("choleskyEx", cholesky_ex),
    **both("choleskySolve", cholesky_solve),
    **both("choleskyInverse", lambda l, o=None: torch.cholesky_inverse(masked(l, o), **(o or {}))),
    **both("eigh", eigh),
    **both("eigvalsh", lambda x, o=None: torch.linalg.eigvalsh(symmetric(x), **(o or {}))),
    **both("svd", svd),
    **both("svdvals", torch.linalg.svdvals),
    **both("lu", lu),
    **both("luFactor", lu_factor),
    **both("luUnpack", lambda packed, pivots: torch.lu_unpack(packed, pivots)),
    **both("luSolve", lambda packed, pivots, b, o=None: torch.linalg.lu_solve(packed, pivots, b, **(o or {}))),
    **both("qr", qr),
    **both("geqrf", torch.geqrf),
    **both("ldlFactor", torch.linalg.ldl_factor),
    **both("ldlSolve", torch.linalg.ldl_solve),
    "householderProduct": torch.linalg.householder_product,
    "ormqr": lambda a, tau, other, o=None: ormqr(a, tau, other, **(o or {})),
}


def ormqr(a, tau, other, left=True, transpose=False):
    """PyTorch's has no gradient: the product of reflections, one after the other."""
    torch.ormqr(a.detach(), tau.detach(), other.detach(), left, transpose)
    rows, k = a.shape[-2], tau.shape[-1]
    q = torch.eye(rows, dtype=a.dtype)
    for i in range(k):
        v = torch.tril(a, -1)[..., :, i : i + 1] + torch.eye(rows, dtype=a.dtype)[:, i : i + 1]
        q = q - tau[..., None, i : i + 1] * (q @ v) @ v.mT
    q = q.mT if transpose else q
    return q @ other if left else other @ q
