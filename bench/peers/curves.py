"""Writes tests/fixtures/nn/curves.json: the losses of ten training steps of whole models in PyTorch, in float32.

    python curves.py            write it
    python curves.py --check    compare with what is there (1e-5, relative), write nothing

Weights and batches are no part of the file: both sides compute them from the names of the tensors (`values`; in
TypeScript tests/helpers/formula.ts), so that the models can have their real sizes.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from step import CLIP_NORM
from vit import MaskedAutoencoder, nt_xent

PATH = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "nn" / "curves.json"
STEPS = 10
LEARNING_RATE = 1e-3
CHECK_TOLERANCE = 1e-5
MAE = {"imageSize": 64, "patchSize": 16, "batch": 4, "visible": 4}
# A contrastive step through batch norm magnifies rounding: with AdamW at 1e-3 PyTorch's own float32 and float64 losses
# of these batches part by 23% within ten steps, with SGD at 0.01 by 0.14%. So the rate here is low.
SIMCLR = {"imageSize": 32, "batch": 16, "hidden": 64, "projection": 32, "temperature": 0.2, "learningRate": 1e-3,
          "momentum": 0.9}  # fmt: skip
UNET = {"imageSize": 32, "batch": 4, "width": 8, "levels": 3, "classes": 3}


def uniform(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Multiples of 2^-23 in [-1, 1): the finaliser of MurmurHash3 over a counter that starts at a hash of the name."""
    start = 2166136261
    for byte in name.encode():
        start = ((start ^ byte) * 16777619) & 0xFFFFFFFF
    h = np.arange(int(np.prod(shape)), dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(start)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return ((h >> np.uint32(8)).astype(np.float64) / 2**23 - 1).reshape(shape)


def initial(name: str, shape: tuple[int, ...]) -> np.ndarray:
    plain = name.rsplit(".", 1)[-1]
    if plain == "running_mean":
        return np.zeros(shape)
    if plain == "running_var":
        return np.ones(shape)
    noise = uniform(name, shape)
    if plain.endswith("token"):
        return noise * 0.03125
    if len(shape) == 1:
        return noise * 0.125 + (1 if plain == "weight" else 0)
    return noise * np.sqrt(3 / np.prod(shape[1:]))


def start(model: nn.Module) -> None:
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if tensor.is_floating_point() and not name.endswith("pos_embed"):
                tensor.copy_(torch.from_numpy(initial(name, tuple(tensor.shape)).astype(np.float32)))


def batch(name: str, step: int, shape: tuple[int, ...]) -> Tensor:
    return torch.from_numpy(uniform(f"{name} {step}", shape).astype(np.float32))


def train(model: nn.Module, loss_of, optimizer: torch.optim.Optimizer | None = None) -> list[float]:
    start(model)
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    decayed = [p for name, p in trained if p.ndim > 1 and not name.endswith("token")]
    others = [p for name, p in trained if p.ndim <= 1 or name.endswith("token")]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    if optimizer is None:
        optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(step)
        loss.backward()
        nn.utils.clip_grad_norm_([p for _, p in trained], CLIP_NORM)
        optimizer.step()
        losses.append(loss.item())
    return losses


def mae() -> dict:
    size, patch, images = MAE["imageSize"], MAE["patchSize"], MAE["batch"]
    model = MaskedAutoencoder(size, patch, 192, 12, 3)
    patches = (size // patch) ** 2

    def loss_of(step: int) -> Tensor:
        order = torch.from_numpy(uniform(f"order {step}", (images, patches)).argsort(axis=1))
        pixels = batch("images", step, (images, 1, size, size))
        return model.loss(pixels, order[:, : MAE["visible"]], order[:, MAE["visible"] :])

    return {"config": MAE, "losses": train(model, loss_of)}


class Contrastive(nn.Module):
    def __init__(self, hidden: int, projection: int) -> None:
        super().__init__()
        self.encoder = torchvision.models.resnet18(weights=None)
        self.encoder.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.encoder.fc = nn.Identity()
        self.projector = nn.Sequential(nn.Linear(512, hidden), nn.ReLU(), nn.Linear(hidden, projection))

    def forward(self, images: Tensor) -> Tensor:
        return nt_xent(self.projector(self.encoder(images)), SIMCLR["temperature"])


def simclr() -> dict:
    model = Contrastive(SIMCLR["hidden"], SIMCLR["projection"])
    size = SIMCLR["imageSize"]

    def loss_of(step: int) -> Tensor:
        # The second view is the first with noise.
        first = batch("images", step, (SIMCLR["batch"], 1, size, size))
        return model(torch.cat([first, first + 0.25 * batch("noise", step, tuple(first.shape))]))

    sgd = torch.optim.SGD(model.parameters(), lr=SIMCLR["learningRate"], momentum=SIMCLR["momentum"])
    losses = train(model, loss_of, sgd)
    statistics = {
        name: [tensor.sum().item(), tensor.square().sum().item()]
        for name, tensor in model.named_buffers()
        if name in ("encoder.bn1.running_mean", "encoder.bn1.running_var", "encoder.layer4.1.bn2.running_var")
    }
    names = [name for name in model.state_dict() if not name.endswith("num_batches_tracked")]
    return {"config": SIMCLR, "losses": losses, "statistics": statistics, "names": len(names)}


class TwoConvolutions(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x))))))


class Up(TwoConvolutions):
    def __init__(self, outputs: int) -> None:
        super().__init__(2 * outputs, outputs)
        self.up = nn.ConvTranspose2d(2 * outputs, outputs, 2, 2)

    def forward(self, x: Tensor, kept: Tensor) -> Tensor:
        return super().forward(torch.cat([kept, self.up(x)], dim=1))


class UNet(nn.Module):
    """Named as Pretext's nn/unet.ts."""

    def __init__(self, channels: int, width: int, levels: int, classes: int) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(levels)]
        self.down = nn.ModuleList(TwoConvolutions(a, b) for a, b in zip([channels, *widths], widths))
        self.up = nn.ModuleList(Up(b) for b in widths[:-1])
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for level in range(len(self.up) - 1, -1, -1):
            x = self.up[level](x, kept[level])
        return self.head(x)


def unet() -> dict:
    model = UNet(1, UNET["width"], UNET["levels"], UNET["classes"])
    size = UNET["imageSize"]

    def loss_of(step: int) -> Tensor:
        images = batch("images", step, (UNET["batch"], 1, size, size))
        # Classes that can be learnt: three bands of the pixel's own value.
        target = ((images + 1) * 1.5).long().clamp(0, 2)[:, 0]
        return F.cross_entropy(model(images), target)

    return {"config": UNET, "losses": train(model, loss_of)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    made = {"learningRate": LEARNING_RATE, "mae": mae(), "simclr": simclr(), "unet": unet()}
    if not check:
        PATH.write_text(json.dumps(made, indent=1) + "\n")
        print(f"{PATH.name}: {PATH.stat().st_size} bytes")
        return 0
    known = json.loads(PATH.read_text())
    worst = max(
        abs(a / b - 1) for name in ("mae", "simclr", "unet") for a, b in zip(made[name]["losses"], known[name]["losses"])
    )
    print(f"largest relative difference {worst:.3g}")
    return 1 if worst > CHECK_TOLERANCE else 0


if __name__ == "__main__":
    sys.exit(main())
