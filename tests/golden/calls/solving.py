"""Inverses, determinants, systems of equations and functions of matrices."""
import torch

from calls.decompositions import both, symmetric
from tensors import DTYPES


def det(x):
    """PyTorch's gradient is 0 where the determinant is exactly 0: Leibniz' formula by Laplace expansion, in float64."""
    torch.linalg.det(x)

    def expand(a):
        n = a.shape[-1]
        if n == 0:
            return torch.ones(a.shape[:-2], dtype=a.dtype)
        rows = [torch.cat([a[..., 1:, :j], a[..., 1:, j + 1 :]], -1) for j in range(n)]
        return sum((-1) ** j * a[..., 0, j] * expand(rows[j]) for j in range(n))

    return expand(x.double()).to(x.dtype)


def inv_ex(x):
    """PyTorch leaves the inverses of singular matrices undefined: NaN here."""
    inverse, info = torch.linalg.inv_ex(x)
    return [torch.where(info[..., None, None] > 0, torch.full_like(inverse, float("nan")), inverse), info]


def triangular_solve(b, a, o=None):
    return torch.triangular_solve(b, a, **(o or {}))


def lstsq(a, b, o=None):
    vector = b.dim() == 1 or b.shape == a.shape[:-1]
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[: -1 if vector else -2])
    right = b.unsqueeze(-1) if vector else b
    full = torch.linalg.lstsq(a.expand(*batch, *a.shape[-2:]), right.expand(*batch, *right.shape[-2:]), driver="gelsd", **(o or {}))
    own = torch.linalg.lstsq(a, torch.zeros(*a.shape[:-1], 1, dtype=a.dtype), driver="gelsd", **(o or {}))
    solution, residuals = full.solution, full.residuals
    if vector:
        solution = solution.squeeze(-1)
        residuals = residuals.squeeze(-1) if residuals.dim() > 1 or residuals.numel() else residuals
    return [solution, residuals, own.rank, own.singular_values]


def pinv(x, o=None):
    return torch.linalg.pinv(symmetric(x) if (o or {}).get("hermitian") else x, **(o or {}))


def matrix_rank(x, o=None):
    """PyTorch wants both tolerances as tensors, or none."""
    o = dict(o or {})
    mixed = any(torch.is_tensor(value) for value in o.values())
    asked = {k: torch.as_tensor(value, dtype=x.dtype) if mixed and k != "hermitian" else value for k, value in o.items()}
    return torch.linalg.matrix_rank(x, **asked)


def cond(x, p=2):
    """PyTorch 1.13 cannot differentiate the orders that invert: it writes into the inverse."""
    expected = torch.linalg.cond(x.detach(), p)
    if not x.requires_grad or p in (2, -2, "nuc"):
        return torch.linalg.cond(x, p)
    y = torch.linalg.matrix_norm(x, p) * torch.linalg.matrix_norm(torch.linalg.inv(x), p)
    torch.testing.assert_close(y.detach(), expected)
    return y


def norm(x, ord, axes=(-2, -1), o=None):
    o = dict(o or {})
    if ord not in ("nuc", 2, -2):
        raise ValueError("not made of singular values")
    dtype = DTYPES[o.pop("dtype")] if "dtype" in o else None
    return torch.linalg.matrix_norm(x, ord, tuple(axes), dtype=dtype, **o)


def matrix_power(x, n):
    if n < 0:
        raise ValueError("the inverse's power instead")
    return torch.linalg.matrix_power(x, n)


CALLS = {
    **both("inverse", torch.linalg.inv),
    **both("inv", torch.linalg.inv),
    **both("invEx", inv_ex),
    **both("det", det),
    **both("slogdet", torch.linalg.slogdet),
    **both("logdet", torch.logdet),
    **both("solve", lambda a, b, o=None: torch.linalg.solve(a, b, **(o or {}))),
    **both("solveTriangular", lambda a, b, o: torch.linalg.solve_triangular(a, b, **o)),
    **both("triangularSolve", triangular_solve),
    **both("tensorinv", lambda x, o=None: torch.linalg.tensorinv(x, **(o or {}))),
    **both("tensorsolve", lambda a, b, o=None: torch.linalg.tensorsolve(a, b, **(o or {}))),
    **both("lstsq", lstsq),
    **both("pinv", pinv),
    **both("matrixRank", matrix_rank),
    **both("cond", cond),
    **both("singularValueNorm", norm),
    **both("matrixExp", torch.matrix_exp),
    "matrixPower": matrix_power,
}
