"""Writes the reference values of single ops and optimisers, tests/fixtures/nn/ops.json and optimisers.json, in float64.

    python ops_fixtures.py            write them
    python ops_fixtures.py --check    compare with what is there (1e-9), write nothing

An op's entry: inputs by name, options as the graph's function takes them, the output and, where PyTorch can
differentiate it, the gradients of sum(output * weights) with respect to the floating-point inputs, where element i of
`weights` is cos(i). Inputs are multiples of 1/1024, exact in float32.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from nn_fixtures import CHECK_TOLERANCE, FOLDER, largest_difference, pack, to_binary_fraction

generator = torch.Generator().manual_seed(5)


def normal(*shape: int, deviation: float = 1.0) -> Tensor:
    return to_binary_fraction(torch.randn(shape, generator=generator, dtype=torch.float64) * deviation)


def positive(*shape: int) -> Tensor:
    return to_binary_fraction(torch.rand(shape, generator=generator, dtype=torch.float64) * 2 + 0.25)


def whole(below: int, *shape: int) -> Tensor:
    return torch.randint(below, shape, generator=generator)


def flags(*shape: int) -> Tensor:
    return torch.rand(shape, generator=generator) > 0.4


def cosines(shape: torch.Size) -> Tensor:
    return torch.arange(shape.numel(), dtype=torch.float64).cos().reshape(shape)


def plain(value: Tensor) -> dict:
    """A tensor as JSON; bool as 0 and 1."""
    dtype = {torch.float64: "float64", torch.int64: "int64", torch.bool: "bool"}[value.dtype]
    return {"dtype": dtype, **pack(value.long() if value.dtype == torch.bool else value)}


def entry(function: Callable[..., Tensor], *inputs: Tensor, **options: object) -> dict:
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    output = function(*leaves)
    result = {"inputs": [plain(x) for x in inputs], "options": options, "output": plain(output.detach())}
    sources = [x for x in leaves if x.requires_grad]
    if output.requires_grad and sources:
        grads = torch.autograd.grad((output * cosines(output.shape)).sum(), sources, allow_unused=True)
        zero = [torch.zeros_like(x) if g is None else g for x, g in zip(sources, grads)]
        result["gradients"] = [pack(g) for g in zero]
    return result


def elementwise() -> dict[str, dict]:
    x, y, p = normal(2, 3), normal(3), positive(2, 3)
    ties = torch.tensor([[1.0, -0.5, 2.0], [0.0, 0.5, -1.0]], dtype=torch.float64)
    ties2 = torch.tensor([1.0, 0.5, 2.5], dtype=torch.float64)
    halves = torch.tensor([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 0.75], dtype=torch.float64)
    a, b = flags(2, 3), flags(3)
    return {
        "add": entry(torch.add, x, y),
        "sub": entry(torch.sub, x, y),
        "mul": entry(torch.mul, x, y),
        "div": entry(torch.div, x, p),
        "maximum": entry(torch.maximum, ties, ties2),
        "minimum": entry(torch.minimum, ties, ties2),
        "pow": entry(torch.pow, p, x),
        "equal": entry(torch.eq, ties, ties2),
        "less": entry(torch.lt, ties, ties2),
        "greater": entry(torch.gt, ties, ties2),
        "lessEqual": entry(torch.le, ties, ties2),
        "greaterEqual": entry(torch.ge, ties, ties2),
        "notEqual": entry(torch.ne, ties, ties2),
        "and": entry(torch.logical_and, a, b),
        "or": entry(torch.logical_or, a, b),
        "not": entry(torch.logical_not, a),
        "where": entry(torch.where, a, x, y),
        "neg": entry(torch.neg, x),
        "exp": entry(torch.exp, x),
        "log": entry(torch.log, p),
        "sqrt": entry(torch.sqrt, p),
        "reciprocal": entry(torch.reciprocal, p),
        "square": entry(torch.square, x),
        "abs": entry(torch.abs, x),
        "sign": entry(torch.sign, halves),
        "floor": entry(torch.floor, halves),
        "ceil": entry(torch.ceil, halves),
        "round": entry(torch.round, halves),
        "sin": entry(torch.sin, x),
        "cos": entry(torch.cos, x),
        "tanh": entry(torch.tanh, x),
        "sigmoid": entry(torch.sigmoid, x),
        "relu": entry(torch.relu, halves),
        "leakyRelu": entry(lambda v: F.leaky_relu(v, 0.2), halves, slope=0.2),
        "silu": entry(F.silu, x),
        "softplus": entry(F.softplus, 3 * x),
        "clip": entry(lambda v: v.clamp(-0.5, 1.5), halves, low=-0.5, high=1.5),
        "erf": entry(torch.erf, x),
        "gelu": entry(F.gelu, x),
        "cast": entry(lambda v: v.to(torch.int64), 3 * x, to="int64"),
        "stopGradient": entry(lambda v: v.detach(), x),
    }


def reductions() -> dict[str, dict]:
    x = normal(2, 3, 4)
    ties = torch.tensor([[1.0, 3.0, 3.0], [0.5, -2.0, -2.0]], dtype=torch.float64)
    axes = [0, 2]
    return {
        "sum": entry(lambda v: v.sum(axes), x, axes=axes),
        "mean": entry(lambda v: v.mean(axes, keepdim=True), x, axes=axes, keepDims=True),
        "max": entry(lambda v: v.amax(1), ties, axes=[1]),
        "min": entry(lambda v: v.amin(1), ties, axes=[1]),
        "variance": entry(lambda v: v.var(axes, correction=1), x, axes=axes, correction=1),
        "sumSquares": entry(lambda v: v.square().sum(axes), x, axes=axes),
        "logSumExp": entry(lambda v: v.logsumexp(axes), 4 * x, axes=axes),
        "argMax": entry(lambda v: v.argmax(1), x, axis=1),
        "argMin": entry(lambda v: v.argmin(2), x, axis=2),
        "topK": entry(lambda v: v.topk(2, dim=1).indices, x, k=2, axis=1),
    }


def moving() -> dict[str, dict]:
    x = normal(3, 4)
    indices = torch.tensor([2, 0, 2])
    along = whole(4, 3, 2)
    updates = normal(3, 2)
    image = normal(1, 2, 4, 5)
    pads = (2, 1, 1, 3)
    pad = {"counts": [[1, 3], [2, 1]]}
    return {
        "reshape": entry(lambda v: v.reshape(2, 6), x, shape=[2, 6]),
        "broadcastTo": entry(lambda v: v.expand(2, 3, 4), normal(3, 1), shape=[2, 3, 4]),
        "transpose": entry(lambda v: v.permute(2, 0, 3, 1), image, permutation=[2, 0, 3, 1]),
        "concat": entry(lambda v, w: torch.cat([v, w], 1), x, updates, axis=1),
        "stack": entry(lambda v, w: torch.stack([v, w], 1), x, normal(3, 4), axis=1),
        "slice": entry(lambda v: v[:, 1:3], x, axis=1, start=1, end=3),
        "split": entry(lambda v: v.split(2, 1)[1], x, parts=2, axis=1),
        "pad": entry(lambda v: F.pad(v, (2, 1)), x, axis=1, before=2, after=1),
        "padAxes constant": entry(lambda v: F.pad(v, pads, value=0.5), image, mode="constant", value=0.5, **pad),
        "padAxes reflect": entry(lambda v: F.pad(v, pads, mode="reflect"), image, mode="reflect", **pad),
        "padAxes replicate": entry(lambda v: F.pad(v, pads, mode="replicate"), image, mode="replicate", **pad),
        "padAxes circular": entry(lambda v: F.pad(v, pads, mode="circular"), image, mode="circular", **pad),
        "flip": entry(lambda v: v.flip(0, 1), x, axes=[0, 1]),
        "roll": entry(lambda v: v.roll(-3, 1), x, offset=-3, axis=1),
        "tile": entry(lambda v: v.tile(2, 3), x, repeats=[2, 3]),
        "gatherRows": entry(lambda v, i: v[i], x, indices),
        "gather": entry(lambda v, i: v[:, i], x, along, axis=1),
        "scatterAddRows": entry(lambda v, i, u: v.index_add(0, i, u), x, indices, normal(3, 4)),
        "takeAlongAxis": entry(lambda v, i: v.gather(1, i), x, along, axis=1),
        "putAlongAxis": entry(lambda v, i, u: v.scatter_add(1, i, u), x, along, updates, axis=1),
        "oneHot": entry(lambda i: F.one_hot(i, 4).double(), along, classes=4),
    }


def products() -> dict[str, dict]:
    x, gamma, beta = normal(2, 3, 4), normal(4), normal(4)
    left, right = normal(2, 1, 4, 3), normal(3, 5, 4)
    q, k, v = normal(2, 2, 3, 4), normal(2, 2, 5, 4), normal(2, 2, 5, 2)
    bias = normal(2, 3, 5)
    return {
        "matmul": entry(
            lambda a, b: 0.5 * a.transpose(-1, -2) @ b.transpose(-1, -2),
            left, right, transposeA=True, transposeB=True, factor=0.5,
        ),
        "linear": entry(F.linear, x, normal(5, 4), normal(5)),
        "columnSum": entry(lambda a: a.sum(0), normal(3, 4)),
        "layerNorm": entry(lambda a, g, b: F.layer_norm(a, [4], g, b, 1e-5), x, gamma, beta, epsilon=1e-5),
        "softmax": entry(lambda a: a.softmax(-1), 3 * x),
        "logSoftmax": entry(lambda a: a.log_softmax(-1), 3 * x),
        "l2Normalise": entry(lambda a: F.normalize(a, dim=-1), x),
        "cosineSimilarity": entry(
            lambda a, b: F.cosine_similarity(a[:, None], b[None], dim=-1), normal(2, 4), normal(3, 4)
        ),
        "pairedCosine": entry(lambda a, b: F.cosine_similarity(a, b, dim=-1), x, normal(2, 3, 4)),
        "attention": entry(F.scaled_dot_product_attention, q, k, v),
        "attention bias": entry(lambda q, k, v, b: F.scaled_dot_product_attention(q, k, v, attn_mask=b), q, k, v, bias),
        "attentionMask": entry(
            lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m),
            q, k, v, torch.eye(3, 5, dtype=torch.bool) | flags(3, 5),
        ),
    }  # fmt: skip


def soft_dice(probabilities: Tensor, target: Tensor, smooth: float, axes: tuple[int, ...]) -> Tensor:
    overlap = (2 * (probabilities * target).sum(axes) + smooth) / (probabilities.sum(axes) + target.sum(axes) + smooth)
    return 1 - overlap.mean()


def losses() -> dict[str, dict]:
    logits, labels = normal(5, 4, deviation=2), torch.tensor([0, 3, 1, 1, 2])
    maps, places = normal(2, 3, 2, 2, deviation=2), torch.tensor([[[0, 2], [255, 1]], [[2, 255], [1, 1]]])
    weights = positive(3)
    a, b = normal(3, 4), normal(3, 4)
    probabilities = to_binary_fraction(normal(3, 4).softmax(-1))
    some_zero = torch.tensor([[0.5, 0.0, 0.5], [0.0, 1.0, 0.0]], dtype=torch.float64)
    areas = (normal(2, 3, 2, 2) > 0).double()
    ce = F.cross_entropy
    return {
        "crossEntropy": entry(lambda x, t: ce(x, t, label_smoothing=0.1), logits, labels, labelSmoothing=0.1),
        "crossEntropy weights": entry(
            lambda x, t, w: ce(x, t, weight=w.detach(), label_smoothing=0.2, ignore_index=255),
            maps, places, weights, labelSmoothing=0.2, ignoreIndex=255,
        ),
        "crossEntropy ignore": entry(lambda x, t: ce(x, t, ignore_index=1), logits, labels, ignoreIndex=1),
        "softCrossEntropy": entry(lambda x, t: ce(x, t), a, probabilities),
        "binaryCrossEntropy": entry(F.binary_cross_entropy_with_logits, 5 * a, probabilities),
        "binaryCrossEntropy weights": entry(
            lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w.detach()),
            5 * a, probabilities, positive(4),
        ),
        "meanSquaredError": entry(F.mse_loss, a, b),
        "meanAbsoluteError": entry(F.l1_loss, a, b),
        "huber": entry(lambda x, t: F.huber_loss(x, t, delta=0.5), a, b, delta=0.5),
        "smoothL1": entry(lambda x, t: F.smooth_l1_loss(x, t, beta=0.5), a, b, beta=0.5),
        "klDivergence": entry(lambda x, t: F.kl_div(x, t.detach(), reduction="batchmean"), normal(2, 3), some_zero),
        "softDice": entry(lambda p, t: soft_dice(p, t, 1, (2, 3)), maps.sigmoid(), areas),
        "softDice batch": entry(
            lambda p, t: soft_dice(p, t, 0.5, (0, 2, 3)), maps.sigmoid(), areas, smooth=0.5, overBatch=True
        ),
    }  # fmt: skip


def windows() -> dict[str, dict]:
    """Convolution, pooling, resizing and the norms over images."""
    images, kernel, bias = normal(2, 4, 3, 4), normal(6, 2, 3, 2), normal(6)
    conv = {"stride": [2, 1], "padding": [1, 1], "dilation": [1, 2], "groups": 2}
    out = F.conv2d(images, kernel, None, **conv)
    small, wide, gamma, beta = normal(1, 2, 3, 4), normal(1, 2, 2, 1, 3), normal(4), normal(4)
    places = torch.tensor([[[0, 4], [7, 9]]])
    mean, variance = normal(4), positive(4)
    pool = {"kernel": [3, 2], "stride": [2, 1], "padding": [1, 0]}
    resize = F.interpolate
    return {
        "conv": entry(lambda x, w, b: F.conv2d(x, w, b, **conv), images, kernel, bias, **conv),
        "conv 3-D": entry(lambda x, w: F.conv3d(x, w, padding=1), wide, normal(3, 2, 2, 3, 2), padding=1),
        "convTranspose": entry(
            lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1),
            small, normal(2, 3, 3, 3), stride=2, padding=1, outputPadding=1,
        ),
        "convWeightGradient": entry(
            lambda x, g: torch.nn.grad.conv2d_weight(x, kernel.shape, g, **conv),
            images, normal(*out.shape), kernel=[3, 2], **conv,
        ),
        "maxPool": entry(lambda x: F.max_pool2d(x, [3, 2], [2, 1], [1, 0]), images, **pool),
        "maxUnpool": entry(
            lambda v, i: torch.zeros(10, dtype=v.dtype).index_add(0, i.flatten(), v.flatten()).reshape(1, 2, 5),
            normal(1, 2, 2), places, shape=[1, 2, 5],
        ),
        "averagePool": entry(
            lambda x: F.avg_pool2d(x, [3, 2], [2, 1], [1, 0], count_include_pad=False),
            images, countPadding=False, **pool,
        ),
        "adaptiveAveragePool": entry(lambda x: F.adaptive_avg_pool2d(x, (2, 3)), images, counts=[2, 3]),
        "adaptiveMaxPool": entry(lambda x: F.adaptive_max_pool2d(x, (2, 3)), images, counts=[2, 3]),
        "resizeNearest": entry(lambda x: resize(x, (5, 2)), small, sizes=[5, 2]),
        "resizeLinear": entry(lambda x: resize(x, (5, 2), mode="bilinear"), small, sizes=[5, 2]),
        "resizeLinear corners": entry(
            lambda x: resize(x, (5, 7), mode="bilinear", align_corners=True), small, sizes=[5, 7], alignCorners=True
        ),
        "batchNorm": entry(lambda x, g, b: F.batch_norm(x, None, None, g, b, True), images, gamma, beta),
        "batchNormInference": entry(
            lambda x, g, b, m, v: F.batch_norm(x, m.detach(), v.detach(), g, b, False), images, gamma, beta, mean, variance
        ),
        "groupNorm": entry(lambda x, g, b: F.group_norm(x, 2, g, b), images, gamma, beta, groups=2),
        "instanceNorm": entry(lambda x, g, b: F.instance_norm(x, None, None, g, b), images, gamma, beta),
    }  # fmt: skip


def distillation() -> dict:
    """DINO's loss written out pair by pair, with its next centre (Caron et al. 2021, algorithm 1)."""
    views, global_views, batch, classes = 4, 2, 3, 5
    student = normal(views * batch, classes).requires_grad_()
    teacher, centre = normal(global_views * batch, classes), normal(classes, deviation=0.25)
    terms = []
    for t, seen in enumerate(((teacher - centre) / 0.04).softmax(-1).chunk(global_views)):
        for s, guessed in enumerate((student / 0.1).log_softmax(-1).chunk(views)):
            if s != t:
                terms.append(-(seen * guessed).sum(-1).mean())
    loss = torch.stack(terms).mean()
    loss.backward()
    return {
        "views": views, "globalViews": global_views, "student": pack(student), "teacher": pack(teacher),
        "centre": pack(centre), "loss": loss.item(), "gradient": pack(student.grad),
        "nextCentre": pack(0.9 * centre + 0.1 * teacher.mean(0)),
    }  # fmt: skip


def momentum_contrast() -> dict:
    """MoCo's loss (He et al. 2020, algorithm 1) at a temperature of 0.2."""
    q = normal(3, 4).requires_grad_()
    keys, queue = F.normalize(normal(3, 4), dim=1), F.normalize(normal(6, 4), dim=1)
    unit = F.normalize(q, dim=1)
    logits = torch.cat([(unit * keys).sum(1, keepdim=True), unit @ queue.T], dim=1) / 0.2
    loss = F.cross_entropy(logits, torch.zeros(3, dtype=torch.long))
    loss.backward()
    return {"queries": pack(q), "keys": pack(keys), "queue": pack(queue), "temperature": 0.2, "loss": loss.item(),
            "gradient": pack(q.grad)}  # fmt: skip


def relative_positions() -> dict:
    """timm's relative position bias of a window of 2 x 3 patches with two heads."""
    from timm.layers import RelPosBias

    module = RelPosBias(window_size=(2, 3), num_heads=2).double()
    table = normal(*module.relative_position_bias_table.shape)
    module.relative_position_bias_table.data = table
    return {"rows": 2, "columns": 3, "table": pack(table), "bias": pack(module.get_bias())}


SHAPES = {"layer.weight": (3, 2), "layer.bias": (3,), "norm.weight": (4,)}


def optimisers() -> dict:
    start = {name: normal(*shape) for name, shape in SHAPES.items()}
    steps = [{name: normal(*shape) for name, shape in SHAPES.items()} for _ in range(6)]
    rates = [0.1, 0.2, 0.2, 0.15, 0.1, 0.05]
    cases = []
    for momentum, decay, nesterov in [(0.0, 0.0, False), (0.9, 0.0, False), (0.9, 0.1, False), (0.8, 0.1, True)]:
        options = {"momentum": momentum, "weightDecay": decay, "nesterov": nesterov}
        cases.append({"options": options, "after": pack_each(sgd(start, steps, rates, momentum, decay, nesterov))})
    lars_cases = []
    for momentum, decay, trust in [(0.9, 1e-3, 0.02), (0.9, 0.0, 0.001), (0.5, 0.1, 1.0)]:
        options = {"momentum": momentum, "weightDecay": decay, "trust": trust}
        lars_cases.append({"options": options, "after": pack_each(lars(start, steps, rates, momentum, decay, trust))})
    return {
        "about": "Six steps with given gradients and learning rates; weight decay (and LARS's adaptation) of matrices "
        "only. sgd: torch.optim.SGD; lars: NumPy.",
        "start": pack_each(start),
        "gradients": [pack_each(step) for step in steps],
        "rates": rates,
        "sgd": cases,
        "lars": lars_cases,
    }


def pack_each(tensors: dict[str, Tensor]) -> dict:
    return {name: pack(tensor) for name, tensor in tensors.items()}


def sgd(start: dict, steps: list, rates: list, momentum: float, decay: float, nesterov: bool) -> dict[str, Tensor]:
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
    groups = [
        {"params": [p], "weight_decay": decay if p.dim() > 1 else 0.0} for p in parameters.values()
    ]
    optimiser = torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=nesterov)
    for rate, gradients in zip(rates, steps):
        for group in optimiser.param_groups:
            group["lr"] = rate
        for name, parameter in parameters.items():
            parameter.grad = gradients[name].clone()
        optimiser.step()
    return {name: parameter.detach() for name, parameter in parameters.items()}


def lars(start: dict, steps: list, rates: list, momentum: float, decay: float, trust: float) -> dict[str, Tensor]:
    """LARS in NumPy (You et al. 2017, algorithm 1): v = m v + rate local (g + decay w); w = w - v, with
    local = trust |w| / (|g + decay w|), or 1 where either is 0, as SimCLR's optimiser does; vectors: local 1, decay 0.
    """
    weights = {name: value.numpy().copy() for name, value in start.items()}
    velocity = {name: np.zeros_like(value) for name, value in weights.items()}
    for rate, gradients in zip(rates, steps):
        for name, w in weights.items():
            g = gradients[name].numpy().copy()
            local = 1.0
            if w.ndim > 1:
                g = g + decay * w
                norms = np.linalg.norm(w), np.linalg.norm(g)
                local = trust * norms[0] / norms[1] if min(norms) > 0 else 1.0
            velocity[name] = momentum * velocity[name] + rate * local * g
            weights[name] = w - velocity[name]
    return {name: torch.from_numpy(value) for name, value in weights.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    ops = {**elementwise(), **reductions(), **moving(), **products(), **losses(), **windows()}
    made = {
        "ops": ops,
        "ssl": {"distillation": distillation(), "momentumContrast": momentum_contrast(),
                "relativePositions": relative_positions()},
        "optimisers": optimisers(),
    }  # fmt: skip
    worst = 0.0
    for name, value in made.items():
        path = Path(FOLDER) / f"{name}.json"
        if check:
            difference = largest_difference(value, json.loads(path.read_text()))
            worst = max(worst, difference)
            print(f"{path.name}: largest difference {difference:.3g}")
        else:
            path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
            print(f"{path.name}: {path.stat().st_size} bytes")
    return 1 if worst > CHECK_TOLERANCE else 0


if __name__ == "__main__":
    sys.exit(main())
