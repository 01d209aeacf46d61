"""Prints what packages/losses is tested against, as JSON: values and gradients of every loss.

    /usr/bin/python3 tests/golden/losses.py > packages/losses/src/golden/pytorch.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1). Values are base64 of little-endian float64, row-major.

A case names the loss and gives its operands in order: float64 drawn by torch.rand after manual_seed(case number), scaled and
shifted in float64, or "values" as they stand; "labels" are integers, "numbers" a list. "grads" are those of the operands
named in "wrt", for the cotangent sin(1), sin(2) ... The operands of "options" are drawn after them.
"""
import base64
import itertools
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
LOSSES = {
    "mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "smoothL1Loss": F.smooth_l1_loss, "bceLoss": F.binary_cross_entropy,
    "bceWithLogitsLoss": F.binary_cross_entropy_with_logits, "crossEntropy": F.cross_entropy, "nllLoss": F.nll_loss,
    "huberLoss": F.huber_loss, "klDiv": F.kl_div, "poissonNllLoss": F.poisson_nll_loss, "gaussianNllLoss": F.gaussian_nll_loss,
    "hingeEmbeddingLoss": F.hinge_embedding_loss, "marginRankingLoss": F.margin_ranking_loss,
    "softMarginLoss": F.soft_margin_loss, "multiMarginLoss": F.multi_margin_loss,
    "multilabelMarginLoss": F.multilabel_margin_loss, "multilabelSoftMarginLoss": F.multilabel_soft_margin_loss,
    "cosineEmbeddingLoss": F.cosine_embedding_loss, "tripletMarginLoss": F.triplet_margin_loss,
    "tripletMarginWithDistanceLoss": F.triplet_margin_with_distance_loss, "ctcLoss": F.ctc_loss,
}
SNAKE = {
    "posWeight": "pos_weight", "ignoreIndex": "ignore_index", "labelSmoothing": "label_smoothing", "logTarget": "log_target",
    "logInput": "log_input", "zeroInfinity": "zero_infinity",
}
REDUCTIONS = ["mean", "sum", "none"]
number = itertools.count()


def packed(x):
    return base64.b64encode(x.detach().double().contiguous().numpy().tobytes()).decode()


def drawn(shape, scale=2.0, shift=-1.0):
    return {"shape": list(shape), "scale": scale, "shift": shift}


def values(data, shape):
    return {"values": data, "shape": list(shape)}


def labels(data, shape):
    return {"labels": data, "shape": list(shape)}


def numbers(data):
    return {"numbers": data, "shape": []}


def build(spec):
    if "numbers" in spec:
        return spec["numbers"]
    if "labels" in spec:
        return torch.tensor(spec["labels"], dtype=torch.long).reshape(spec["shape"])
    if "values" in spec:
        numbers = [float(v) for v in spec["values"]]
        return torch.tensor(numbers, dtype=torch.float64).reshape(spec["shape"])
    return torch.rand(spec["shape"], dtype=torch.float64) * spec["scale"] + spec["shift"]


def case(name, loss, input, target, options={}, wrt=("input", "target"), reductions=REDUCTIONS):
    return operands_case(name, loss, {"input": input, "target": target}, options, wrt, reductions)


def operands_case(name, loss, specs, options={}, wrt=None, reductions=REDUCTIONS):
    seed = next(number)
    wrt = specs if wrt is None else wrt
    for reduction in reductions:
        torch.manual_seed(seed)
        operands = {key: build(spec) for key, spec in specs.items()}
        positional = list(operands.values())
        kwargs = {}
        for key, spec in options.items():
            kwargs[SNAKE.get(key, key)] = build(spec) if isinstance(spec, dict) else spec
            if isinstance(spec, dict):
                operands[key] = kwargs[SNAKE.get(key, key)]
        for key in wrt:
            operands[key].requires_grad_()
        y = LOSSES[loss](*positional, reduction=reduction, **kwargs)
        if y.requires_grad:
            y.backward(torch.tensor([math.sin(i + 1) for i in range(y.numel())], dtype=torch.float64).reshape(y.shape))
        yield {
            "name": name, "loss": loss, "seed": seed, "operands": specs, "options": options, "reduction": reduction,
            "shape": list(y.shape), "values": packed(y), "grads": {key: packed(operands[key].grad) for key in wrt},
        }


def cases():
    for loss, options in [("mseLoss", {}), ("l1Loss", {}), ("smoothL1Loss", {}), ("smoothL1Loss", {"beta": 0.3}), ("smoothL1Loss", {"beta": 0.0})]:
        yield from case("a matrix", loss, drawn([3, 4], 4, -2), drawn([3, 4]), options)
        # With beta 0, PyTorch 1.13 differs from its own l1_loss where operands are equal.
        same = 1 if options.get("beta") != 0 else 1.5
        yield from case("equal and one apart", loss, values([1, 2, -3, 0.3], [4]), values([same, 1, -2, 0], [4]), options)
        yield from case("a scalar", loss, drawn([]), drawn([]), options, reductions=["mean"])
        yield from case("nothing", loss, drawn([0, 2]), drawn([0, 2]), options)
        yield from case("a target broadcast to the input", loss, drawn([3, 2]), drawn([2]), options)
        yield from case("an input broadcast to the target", loss, drawn([1]), drawn([2, 3]), options)

    unit, wide = (1.0, 0.0), (12.0, -6.0)
    yield from case("probabilities", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit))
    # The target's gradient is that of the bounded logarithms here, which PyTorch leaves infinite: gradients.test.ts has it.
    yield from case("certain ones", "bceLoss", values([0, 1, 0, 1, 0.5, 1e-30], [6]), values([0, 1, 1, 0, 1, 1], [6]), wrt=["input"])
    yield from case("weights of elements", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit), {"weight": drawn([3, 4])})
    yield from case("weights of columns", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit), {"weight": drawn([4])})
    yield from case("nothing", "bceLoss", drawn([0], *unit), drawn([0], *unit))

    yield from case("logits", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit))
    yield from case("far logits", "bceWithLogitsLoss", values([-800, 800, -50, 50, 0], [5]), values([1, 0, 0, 1, 0.5], [5]))
    yield from case("weights", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), {"weight": drawn([3, 1])})
    yield from case("weights of positives", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), {"posWeight": drawn([4], 3, 0)})
    both = {"weight": drawn([4]), "posWeight": drawn([3, 1], 3, 0)}
    yield from case("both", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), both)
    yield from case("nothing", "bceWithLogitsLoss", drawn([0, 2]), drawn([0, 2], *unit))

    rows, weight = labels([2, 0, 1, 2, 0], [5]), {"weight": drawn([3], 1, 0.5)}
    plane = labels([0, 1, 2, 1, 0, 2, 2, 1, 0, 1, 1, 2], [2, 3, 2])
    holes = labels([1, -100, 2, -100, 0], [5])
    sevens = labels([7, 1, 2, 7, 0], [5])
    for loss in ["crossEntropy", "nllLoss"]:
        only = {"wrt": ["input"]}
        yield from case("rows", loss, drawn([5, 3], *wide), rows, **only)
        yield from case("one row without a batch", loss, drawn([3], *wide), labels([1], []), **only)
        yield from case("weights", loss, drawn([5, 3]), rows, weight, **only)
        yield from case("ignored labels", loss, drawn([5, 3]), holes, **only)
        yield from case("another ignoreIndex", loss, drawn([5, 3]), sevens, {"ignoreIndex": 7}, **only)
        yield from case("an ignored class", loss, drawn([5, 3]), rows, {"ignoreIndex": 2}, **only)
        yield from case("weights and ignored labels", loss, drawn([5, 3]), holes, weight, **only)
        yield from case("all ignored", loss, drawn([2, 3]), labels([-100, -100], [2]), **only)
        yield from case("all ignored, weighted", loss, drawn([2, 3]), labels([-100, -100], [2]), weight, **only)
        yield from case("an empty batch", loss, drawn([0, 3]), labels([], [0]), **only)
        yield from case("planes", loss, drawn([2, 3, 3, 2]), plane, **only)
        yield from case("weighted planes", loss, drawn([2, 3, 3, 2]), plane, {**weight, "ignoreIndex": 1}, **only)
        yield from case("sequences", loss, drawn([2, 3, 4]), labels([0, 1, 2, 1, 1, 0, 0, 2], [2, 4]), **only)
    smooth, only = {"labelSmoothing": 0.1}, {"wrt": ["input"]}
    yield from case("smoothed rows", "crossEntropy", drawn([5, 3]), rows, smooth, **only)
    yield from case("smoothed, weighted, ignored", "crossEntropy", drawn([5, 3]), holes, {**weight, **smooth}, **only)
    yield from case("smoothed ignored", "crossEntropy", drawn([5, 3]), holes, smooth, **only)
    yield from case("smoothed planes", "crossEntropy", drawn([2, 3, 3, 2]), plane, {**weight, **smooth, "ignoreIndex": 2}, **only)
    yield from case("one smoothed row", "crossEntropy", drawn([3]), labels([1], []), smooth, **only)
    yield from case("probabilities", "crossEntropy", drawn([4, 3], *wide), drawn([4, 3], *unit))
    yield from case("weighted probabilities", "crossEntropy", drawn([4, 3]), drawn([4, 3], *unit), weight)
    yield from case("smoothed probabilities", "crossEntropy", drawn([4, 3]), drawn([4, 3], *unit), {**weight, **smooth})
    yield from case("planes of probabilities", "crossEntropy", drawn([2, 3, 2, 2]), drawn([2, 3, 2, 2], *unit), {**weight, **smooth})
    yield from case("one row of probabilities", "crossEntropy", drawn([3]), drawn([3], *unit))
    yield from case("an empty batch of probabilities", "crossEntropy", drawn([0, 3]), drawn([0, 3], *unit))
    yield from differences()
    yield from likelihoods()
    yield from margins()
    yield from distances()
    yield from alignments()


def differences():
    for options in [{}, {"delta": 0.3}]:
        yield from case("a matrix", "huberLoss", drawn([3, 4], 4, -2), drawn([3, 4]), options)
        yield from case("equal and one apart", "huberLoss", values([1, 2, -3, 0.3], [4]), values([1, 1, -2, 0], [4]), options)
        yield from case("nothing", "huberLoss", drawn([0, 2]), drawn([0, 2]), options)
        yield from case("a target broadcast to the input", "huberLoss", drawn([3, 2]), drawn([2]), options)


def likelihoods():
    with_batch = REDUCTIONS + ["batchmean"]
    logs = drawn([3, 4], 3, -4)
    yield from case("log-probabilities", "klDiv", logs, drawn([3, 4], 1, 0), reductions=with_batch)
    yield from case("a target of zeros", "klDiv", logs, values([0, 0.5, 0, 1] * 3, [3, 4]), wrt=["input"], reductions=with_batch)
    yield from case("a target of logarithms", "klDiv", logs, drawn([3, 4], 3, -4), {"logTarget": True}, reductions=with_batch)
    yield from case("a broadcast target", "klDiv", logs, drawn([4], 1, 0))
    counts = values([0, 1, 2, 3, 7, 12], [2, 3])
    for options in [{}, {"full": True}, {"logInput": False}, {"logInput": False, "full": True, "eps": 0.01}]:
        yield from case("counts", "poissonNllLoss", drawn([2, 3], 2, 0.1), counts, options, wrt=["input"])
    yield from case("nothing", "poissonNllLoss", drawn([0]), drawn([0]), wrt=["input"])
    spread = {"input": drawn([3, 4]), "target": drawn([3, 4]), "variance": drawn([3, 4], 1, 0.1)}
    for options in [{}, {"full": True}, {"eps": 0.6}]:
        yield from operands_case("a variance for each", "gaussianNllLoss", spread, options)
    yield from operands_case("a variance for each row", "gaussianNllLoss", {**spread, "variance": drawn([3, 1], 1, 0.1)})


def margins():
    signs = values([1, -1, -1, 1, -1, 1], [2, 3])
    for options in [{}, {"margin": 0.4}]:
        yield from case("signs", "hingeEmbeddingLoss", drawn([2, 3]), signs, options, wrt=["input"])
        pair = {"input": drawn([2, 3]), "other": drawn([2, 3]), "target": signs}
        yield from operands_case("signs", "marginRankingLoss", pair, options, ["input", "other"])
        yield from operands_case("a broadcast sign", "marginRankingLoss", {**pair, "target": values([1, -1, 1], [1, 3])}, options, ["input", "other"])
    yield from case("signs", "softMarginLoss", drawn([2, 3], 12, -6), signs, wrt=["input"])
    yield from case("far apart", "softMarginLoss", values([40, -40, 0], [3]), values([1, 1, -1], [3]), wrt=["input"])
    rows, only = labels([2, 0, 1, 2], [4]), {"wrt": ["input"]}
    for options in [{}, {"p": 2}, {"margin": 0.3}, {"weight": drawn([3], 1, 0.5)}, {"p": 2, "margin": 2.0, "weight": drawn([3], 1, 0.5)}]:
        yield from case("rows", "multiMarginLoss", drawn([4, 3]), rows, options, **only)
        yield from case("one row", "multiMarginLoss", drawn([3]), labels([1], []), options, **only)
    yield from case("ties", "multiMarginLoss", values([1, 1, 0, 2, 1, 0], [2, 3]), labels([0, 1], [2]), **only)
    several = labels([3, 0, -1, 1, 2, -1, 0, 1, 0, 1, 2, 3, -1, 3, 2, 1], [4, 4])
    yield from case("several labels", "multilabelMarginLoss", drawn([4, 4]), several, **only)
    yield from case("one row", "multilabelMarginLoss", drawn([4]), labels([1, 3, -1, 0], [4]), **only)
    for options in [{}, {"weight": drawn([4], 1, 0.5)}]:
        yield from case("rows", "multilabelSoftMarginLoss", drawn([3, 4], 12, -6), values([0, 1, 1, 0] * 3, [3, 4]), options, **only)
        yield from case("one row", "multilabelSoftMarginLoss", drawn([4]), values([0, 1, 1, 0], [4]), options, **only)


def distances():
    for options in [{}, {"margin": 0.5}]:
        pair = {"input": drawn([4, 3]), "other": drawn([4, 3]), "target": values([1, -1, -1, 1], [4])}
        yield from operands_case("rows", "cosineEmbeddingLoss", pair, options, ["input", "other"])
        one = {"input": drawn([3]), "other": drawn([3]), "target": values([-1], [])}
        yield from operands_case("one pair", "cosineEmbeddingLoss", one, options, ["input", "other"], ["mean", "sum"])
    rows = {"anchor": drawn([4, 3]), "positive": drawn([4, 3]), "negative": drawn([4, 3])}
    for options in [{}, {"margin": 0.2}, {"p": 1}, {"swap": True}, {"p": 3, "eps": 0.01, "swap": True}]:
        yield from operands_case("rows", "tripletMarginLoss", rows, options)
    yield from operands_case("one of each", "tripletMarginLoss", {key: drawn([3]) for key in rows})
    yield from operands_case("a broadcast positive", "tripletMarginLoss", {**rows, "positive": drawn([1, 3])})
    for options in [{}, {"margin": 0.2, "swap": True}]:
        yield from operands_case("rows", "tripletMarginWithDistanceLoss", rows, options)


def alignments():
    only = {"wrt": ["input"]}
    operands = {"input": drawn([6, 3, 4], 3, -4), "target": labels([1, 2, 3, 1, 1, 0, 2, 0, 0], [3, 3]), "times": numbers([6, 5, 6]), "lengths": numbers([3, 2, 1])}
    for options in [{}, {"zeroInfinity": True}]:
        yield from operands_case("padded targets", "ctcLoss", operands, options, **only)
    one_after_another = {**operands, "target": labels([1, 2, 3, 1, 1, 2], [6])}
    yield from operands_case("targets one after another", "ctcLoss", one_after_another, **only)
    yield from operands_case("another blank", "ctcLoss", {**operands, "target": labels([0, 1, 2, 0, 0, 3, 1, 3, 3], [3, 3])}, {"blank": 3}, **only)
    yield from operands_case("an empty target", "ctcLoss", {**operands, "lengths": numbers([3, 0, 1])}, **only)
    # Five repeated labels need nine steps: no alignment fits six.
    too_long = {"input": drawn([6, 2, 3], 3, -4), "target": labels([1, 1, 1, 1, 1, 1, 2, 1, 2, 1], [2, 5]), "times": numbers([6, 6]), "lengths": numbers([5, 2])}
    for options in [{}, {"zeroInfinity": True}]:
        yield from operands_case("a target too long for its input", "ctcLoss", too_long, options, **only)
    yield from operands_case("one sequence", "ctcLoss", {"input": drawn([6, 4], 3, -4), "target": labels([1, 1, 3], [3]), "times": numbers([6]), "lengths": numbers([3])}, **only)


body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases())
sys.stdout.write(f'{{"torch":{json.dumps(torch.__version__)},\n"cases":[\n{body}]}}\n')
