"""Normalisation."""
from calls.neural import CALLS as NEURAL
from calls.normalisation import CALLS as NORMALISATION

from opinfo_calls.common import call


def instance_norm(x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    made = call("instanceNorm", x, runningMean=running_mean, runningVar=running_var, weight=weight, bias=bias, momentum=momentum, eps=eps)
    if not use_input_stats:
        made["args"][1]["useInputStats"] = False
    return made


def native_batch_norm(x, weight, bias, mean, var, training, momentum, eps):
    return call("batchNorm", x, mean, var, weight=weight, bias=bias, training=training, momentum=momentum, eps=eps)


CALLS = {
    "nn.functional.layer_norm": lambda x, shape, weight=None, bias=None, eps=1e-5: call("layerNorm", x, list(shape), weight=weight, bias=bias, eps=eps),
    "native_layer_norm": lambda x, shape, weight, bias, eps: call("layerNorm", x, list(shape), weight=weight, bias=bias, eps=eps),
    "nn.functional.group_norm": lambda x, groups, weight=None, bias=None, eps=1e-5: call("groupNorm", x, groups, weight=weight, bias=bias, eps=eps),
    "nn.functional.instance_norm": instance_norm,
    "nn.functional.local_response_norm": lambda x, size, alpha=1e-4, beta=0.75, k=1.0: call("localResponseNorm", x, size, alpha=alpha, beta=beta, k=k),
    "native_batch_norm": native_batch_norm,
}


def golden(made):
    """The normalised tensor and what was updated; PyTorch's own calls give statistics instead."""
    return {**NEURAL, **NORMALISATION}[made["fn"]](*made["args"])


RESULTS = {name: golden for name in ("native_layer_norm", "native_batch_norm", "nn.functional.instance_norm")}
