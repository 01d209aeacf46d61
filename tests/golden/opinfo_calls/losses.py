"""Losses."""
import torch

from opinfo_calls.common import Unmapped, call


def reduced(made, reduction, size_average=None, reduce=None):
    if size_average is not None or reduce is not None:
        raise Unmapped("size_average and reduce, which reduction replaces")
    if made["args"] and isinstance(made["args"][-1], dict):
        made["args"][-1]["reduction"] = reduction
    else:
        made["args"].append({"reduction": reduction})
    return made


def pair(fn, **defaults):
    def run(x, y, size_average=None, reduce=None, reduction="mean", **options):
        camel = {NAMES.get(name, name): value for name, value in options.items()}
        return reduced(call(fn, x, y, **camel), reduction, size_average, reduce)

    return run


NAMES = {
    "pos_weight": "posWeight", "log_target": "logTarget", "log_input": "logInput", "label_smoothing": "labelSmoothing",
    "ignore_index": "ignoreIndex",
}


def labelled(fn):
    def run(x, y, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
        made = call(fn, x, y, weight=weight, ignoreIndex=None if ignore_index == -100 else ignore_index)
        made = reduced(made, reduction, size_average, reduce)
        if label_smoothing:
            made["args"][-1]["labelSmoothing"] = label_smoothing
        return made

    return run


def binary(fn):
    def run(x, y, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        return reduced(call(fn, x, y, weight=weight, posWeight=pos_weight), reduction, size_average, reduce)

    return run


def poisson(x, y, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    made = reduced(call("poissonNllLoss", x, y, full=full, eps=eps), reduction, size_average, reduce)
    made["args"][-1]["logInput"] = log_input
    return made


def gaussian(x, y, var, full=False, eps=1e-6, reduction="mean"):
    return reduced(call("gaussianNllLoss", x, y, var, full=full, eps=eps), reduction)


def kl_div(x, y, size_average=None, reduce=None, reduction="mean", log_target=False):
    return reduced(call("klDiv", x, y, logTarget=log_target), reduction, size_average, reduce)


def with_margin(fn, count, default):
    def run(*args, margin=default, size_average=None, reduce=None, reduction="mean"):
        if len(args) > count:
            margin = args[count]
        made = reduced(call(fn, *args[:count]), reduction, size_average, reduce)
        made["args"][-1]["margin"] = margin
        return made

    return run


def multi_margin(x, y, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    made = reduced(call("multiMarginLoss", x, y, p=p, weight=weight), reduction, size_average, reduce)
    made["args"][-1]["margin"] = margin
    return made


def multilabel_soft(x, y, weight=None, size_average=None, reduce=None, reduction="mean"):
    return reduced(call("multilabelSoftMarginLoss", x, y, weight=weight), reduction, size_average, reduce)


def triplet(a, p, n, margin=1.0, p_norm=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean", **more):
    made = reduced(call("tripletMarginLoss", a, p, n, p=more.get("p", p_norm), eps=eps, swap=swap), reduction, size_average, reduce)
    made["args"][-1]["margin"] = margin
    return made


def triplet_distance(a, p, n, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
    if isinstance(distance_function, torch.nn.PairwiseDistance):
        default = torch.nn.PairwiseDistance()
        if (distance_function.norm, distance_function.eps, distance_function.keepdim) == (default.norm, default.eps, default.keepdim):
            distance_function = None  # which is our default too
    if distance_function is not None:
        raise Unmapped("a function as argument")
    made = reduced(call("tripletMarginWithDistanceLoss", a, p, n, swap=swap), reduction)
    made["args"][-1]["margin"] = margin
    return made


def ctc(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    numbers = lambda lengths: [int(n) for n in (lengths.flatten() if torch.is_tensor(lengths) else lengths)]
    made = call("ctcLoss", log_probs, targets, numbers(input_lengths), numbers(target_lengths), zeroInfinity=zero_infinity)
    made = reduced(made, reduction)
    made["args"][-1]["blank"] = blank
    return made


CALLS = {
    "nn.functional.mse_loss": pair("mseLoss"),
    "nn.functional.l1_loss": pair("l1Loss"),
    "nn.functional.smooth_l1_loss": pair("smoothL1Loss"),
    "nn.functional.huber_loss": lambda x, y, reduction="mean", delta=1.0: pair("huberLoss")(x, y, reduction=reduction, delta=delta),
    "nn.functional.soft_margin_loss": pair("softMarginLoss"),
    "nn.functional.multilabel_margin_loss": pair("multilabelMarginLoss"),
    "nn.functional.binary_cross_entropy": binary("bceLoss"),
    "nn.functional.binary_cross_entropy_with_logits": binary("bceWithLogitsLoss"),
    "nn.functional.cross_entropy": labelled("crossEntropy"),
    "nn.functional.nll_loss": labelled("nllLoss"),
    "nn.functional.poisson_nll_loss": poisson,
    "nn.functional.gaussian_nll_loss": gaussian,
    "nn.functional.kl_div": kl_div,
    "nn.functional.hinge_embedding_loss": with_margin("hingeEmbeddingLoss", 2, 1.0),
    "nn.functional.margin_ranking_loss": with_margin("marginRankingLoss", 3, 0.0),
    "nn.functional.cosine_embedding_loss": with_margin("cosineEmbeddingLoss", 3, 0.0),
    "nn.functional.multi_margin_loss": multi_margin,
    "nn.functional.multilabel_soft_margin_loss": multilabel_soft,
    "nn.functional.triplet_margin_loss": triplet,
    "nn.functional.triplet_margin_with_distance_loss": triplet_distance,
    "nn.functional.ctc_loss": ctc,
}
