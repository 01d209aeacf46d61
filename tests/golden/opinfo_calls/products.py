"""Products of vectors, matrices and tensors."""
from opinfo_calls.common import call


def added(fn):
    return lambda x, a, b, beta=1, alpha=1: call(fn, x, a, b, beta=None if beta == 1 else beta, alpha=None if alpha == 1 else alpha)


def einsum(tensors, equation):
    return call("einsum", equation, *tensors)


def cross(x, y, dim=-1):
    made = call("cross", x, y)
    made["args"].append({"dim": dim})
    return made


def vecdot(x, y, dim=-1):
    made = call("vecdot", x, y)
    made["args"].append({"dim": dim})
    return made


CALLS = {
    "addmm": added("addmm"),
    "addmm.decomposed": added("addmm"),
    "addmv": added("addmv"),
    "addr": added("addr"),
    "baddbmm": added("baddbmm"),
    "addbmm": added("addbmm"),
    "bmm": lambda a, b: call("bmm", a, b),
    "mm": lambda a, b: call("mm", a, b),
    "mv": lambda a, b: call("mv", a, b),
    "dot": lambda a, b: call("dot", a, b),
    "vdot": lambda a, b: call("dot", a, b),
    "outer": lambda a, b: call("outer", a, b),
    "inner": lambda a, b: call("inner", a, b),
    "kron": lambda a, b: call("kron", a, b),
    "trace": lambda x: call("trace", x),
    "einsum": einsum,
    "tensordot": lambda a, b, dims=2: call("tensordot", a, b, dims if isinstance(dims, int) else [list(d) for d in dims]),
    "cross": lambda x, y, dim=None: cross(x, y, next(i for i, n in enumerate(x.shape) if n == 3) if dim is None else dim),
    "linalg.cross": cross,
    "linalg.vecdot": vecdot,
    "linalg.multi_dot": lambda tensors: call("multiDot", list(tensors)),
    "nn.functional.bilinear": lambda a, b, w, bias=None: call("bilinear", a, b, w, bias),
}
