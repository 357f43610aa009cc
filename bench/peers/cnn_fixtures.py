"""Writes tests/fixtures/nn/cnn.json: sums over the values and gradients of PyTorch's convolutions, pools, resizes and
norms in float64, and the names and shapes of torchvision's ResNets.

    python cnn_fixtures.py            write it
    python cnn_fixtures.py --check    compare with what is there (1e-9), write nothing

Inputs are no part of the file: both sides compute them (`uniform` of curves.py). Of each result four sums are kept: it
and its squares, each also weighted by `uniform`, so that no element can change or move unseen.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor

from curves import uniform
from nn_fixtures import largest_difference

PATH = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "nn" / "cnn.json"
CHECK_TOLERANCE = 1e-9


def given(name: str, shape: list[int]) -> Tensor:
    return torch.from_numpy(uniform(name, tuple(shape)).copy()).requires_grad_()


def sums(tensor: Tensor) -> list[float]:
    weights = torch.from_numpy(uniform("weights", tuple(tensor.shape)).copy())
    return [(values * by).sum().item() for values in (tensor, tensor**2) for by in (torch.ones_like(weights), weights)]


def case(op, shapes: dict[str, list[int]], options: dict, call) -> dict:
    inputs = {name: given(name, shape) for name, shape in shapes.items()}
    output = call(*inputs.values())
    (output * given("g", list(output.shape)).detach()).sum().backward()
    gradients = {name: sums(tensor.grad) for name, tensor in inputs.items()}
    return {"op": op, "shapes": shapes, "options": options, "shape": list(output.shape), "values": sums(output.detach()),
            "gradients": gradients}  # fmt: skip


def convolutions() -> list[dict]:
    made = []
    for shape, weight, options in [
        ([2, 3, 9, 8], [4, 3, 3, 3], {"stride": [2, 1], "padding": [1, 2], "dilation": [1, 2], "groups": 1}),
        ([2, 4, 11], [6, 2, 3], {"stride": [2], "padding": [1], "dilation": [1], "groups": 2}),
        ([1, 2, 5, 6, 4], [3, 2, 2, 3, 1], {"stride": [1, 2, 1], "padding": [0, 1, 0], "dilation": [2, 1, 1], "groups": 1}),
        ([2, 4, 7, 7], [4, 1, 7, 7], {"stride": [1, 1], "padding": [3, 3], "dilation": [1, 1], "groups": 4}),
    ]:  # fmt: skip
        conv = [F.conv1d, F.conv2d, F.conv3d][len(shape) - 3]
        shapes = {"x": shape, "weight": weight, "bias": [weight[0]]}
        made.append(case("conv", shapes, options, lambda x, w, b: conv(x, w, b, **options)))
    for shape, weight, options in [
        ([2, 4, 5, 4], [4, 3, 3, 3], {"stride": [2, 1], "padding": [1, 0], "outputPadding": [1, 0], "groups": 1}),
        ([2, 4, 5, 4], [4, 2, 2, 2], {"stride": [2, 2], "padding": [0, 0], "outputPadding": [0, 0], "groups": 2}),
        ([1, 3, 6], [3, 2, 4], {"stride": [3], "padding": [1], "outputPadding": [2], "groups": 1}),
    ]:  # fmt: skip
        conv = [F.conv_transpose1d, F.conv_transpose2d][len(shape) - 3]
        shapes = {"x": shape, "weight": weight, "bias": [weight[1] * options["groups"]]}
        torch_options = {("output_padding" if key == "outputPadding" else key): value for key, value in options.items()}
        made.append(case("convTranspose", shapes, options, lambda x, w, b: conv(x, w, b, **torch_options)))
    return made


def pools() -> list[dict]:
    made = []
    for shape, kernel, stride, padding in [([2, 2, 7, 8], 3, 2, 1), ([2, 2, 6, 6], 2, 2, 0), ([1, 2, 9], 3, 1, 1)]:
        options = {"kernel": kernel, "stride": stride, "padding": padding}
        pool = F.max_pool1d if len(shape) == 3 else F.max_pool2d
        mean = F.avg_pool1d if len(shape) == 3 else F.avg_pool2d
        made.append(case("maxPool", {"x": shape}, options, lambda x: pool(x, kernel, stride, padding)))
        for count in (True, False):
            with_count = {**options, "countPadding": count}
            made.append(case("averagePool", {"x": shape}, with_count,
                             lambda x: mean(x, kernel, stride, padding, count_include_pad=count)))  # fmt: skip
    for counts in ([3, 2], [1, 1], [5, 7]):
        made.append(case("adaptiveAveragePool", {"x": [2, 2, 7, 5]}, {"sizes": counts},
                         lambda x: F.adaptive_avg_pool2d(x, counts)))  # fmt: skip
        made.append(case("adaptiveMaxPool", {"x": [2, 2, 7, 5]}, {"sizes": counts},
                         lambda x: F.adaptive_max_pool2d(x, counts)))  # fmt: skip
    return made


def resizes() -> list[dict]:
    made = []
    for shape, sizes in [([2, 2, 4, 5], [8, 10]), ([2, 2, 4, 5], [3, 7]), ([1, 2, 5], [1]), ([1, 1, 3, 4, 2], [6, 5, 3])]:
        made.append(case("resizeNearest", {"x": shape}, {"sizes": sizes}, lambda x: F.interpolate(x, sizes)))
        mode = ["linear", "bilinear", "trilinear"][len(shape) - 3]
        for align in (True, False):
            made.append(case("resizeLinear", {"x": shape}, {"sizes": sizes, "alignCorners": align},
                             lambda x: F.interpolate(x, sizes, mode=mode, align_corners=align)))  # fmt: skip
    return made


def norms() -> list[dict]:
    made = []
    for shape in ([3, 4], [2, 4, 5], [2, 4, 3, 5], [2, 4, 3, 2, 2]):
        shapes = {"x": shape, "gamma": [4], "beta": [4]}
        made.append(case("batchNorm", shapes, {}, lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)))
        if len(shape) > 2:
            made.append(case("groupNorm", shapes, {"groups": 2}, lambda x, w, b: F.group_norm(x, 2, w, b)))
            made.append(case("instanceNorm", shapes, {}, lambda x, w, b: F.instance_norm(x, weight=w, bias=b)))
    return made


def resnets() -> dict:
    made = {}
    for name, build in [("resnet-18", torchvision.models.resnet18), ("resnet-50", torchvision.models.resnet50)]:
        state = build(weights=None).state_dict()
        made[name] = [f"{key} {list(t.shape)}" for key, t in state.items() if t.is_floating_point()]
    return made


def ties() -> dict:
    """Equal elements: PyTorch's max_pool2d gives the gradient to the first."""
    x = torch.tensor([[[[1.0, 1, 2, 2], [1, 1, 2, 2], [0, 0, 3, 0], [0, 0, 0, 3]]]]).double().requires_grad_()
    F.max_pool2d(x, 3, 1).sum().backward()
    overlapping = x.grad.flatten().tolist()
    x.grad = None
    F.max_pool2d(x, 2).sum().backward()
    return {"x": x.detach().flatten().tolist(), "overlapping": overlapping, "sideBySide": x.grad.flatten().tolist()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    made = {"cases": [*convolutions(), *pools(), *resizes(), *norms()], "ties": ties(), "resnets": resnets()}
    if check:
        worst = largest_difference(made, json.loads(PATH.read_text()))
        print(f"largest difference {worst:.3g}")
        return 1 if worst > CHECK_TOLERANCE else 0
    PATH.write_text(json.dumps(made, separators=(",", ":")) + "\n")
    print(f"{PATH.name}: {PATH.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
