"""Normalisation."""
import torch
import torch.nn.functional as F


def listed(size):
    return [size] if isinstance(size, int) else list(size)


def layer_norm(x, size, o=None):
    return F.layer_norm(x, listed(size), **(o or {}))


def rms_norm(x, size, o=None):
    """1.13 lacks it: the formula of torch.nn.functional.rms_norm, in float64."""
    o = o or {}
    size = listed(size)
    if x.dim() < len(size) or list(x.shape[x.dim() - len(size):]) != size or not size or not x.is_floating_point():
        raise ValueError("the sizes do not fit")
    weight, eps = o.get("weight"), o.get("eps")
    if weight is not None and (list(weight.shape) != size or weight.dtype != x.dtype):
        raise ValueError("the weight does not fit")
    eps = torch.finfo(x.dtype).eps if eps is None else eps
    wide = x.double()
    y = wide / (wide.square().mean(list(range(-len(size), 0)), keepdim=True) + eps).sqrt()
    return (y if weight is None else y * weight.double()).to(x.dtype)


def group_norm(x, groups, o=None):
    o = dict(o or {})
    if o.get("weight") is None and o.get("bias") is not None:  # which 1.13 cannot differentiate
        bias = o.pop("bias")
        return F.group_norm(x, groups, **o) + bias.reshape(-1, *(1 for _ in x.shape[2:]))
    return F.group_norm(x, groups, **o)


def instance_norm(x, o=None):
    names = {"runningMean": "running_mean", "runningVar": "running_var", "useInputStats": "use_input_stats"}
    o = {names.get(name, name): value for name, value in (o or {}).items()}
    running = {name: o[name].clone() for name in ("running_mean", "running_var") if o.get(name) is not None}
    return [F.instance_norm(x, **{**o, **running}), *running.values()]


def local_response_norm(x, size, o=None):
    return F.local_response_norm(x, size, **(o or {}))


CALLS = {
    "layerNorm": layer_norm,
    "rmsNorm": rms_norm,
    "groupNorm": group_norm,
    "instanceNorm": instance_norm,
    "localResponseNorm": local_response_norm,
}
