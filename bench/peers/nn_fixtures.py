"""Writes the reference values in tests/fixtures/nn/*.json, in float64, from timm and PyTorch.

    python nn_fixtures.py            write them
    python nn_fixtures.py --check    compare with what is there (1e-9), write nothing

Every tensor is {"shape": [...], "data": [...]}, row-major. Each file's "about" says what it holds.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from timm.models.vision_transformer import VisionTransformer as TimmVisionTransformer
from torch import Tensor, nn

from step import CLIP_NORM
from vit import MaskedAutoencoder, is_decayed, nt_xent, sincos_position_embedding

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "nn"
SIDE, PATCH, WIDTH, DEPTH, HEADS = 16, 4, 12, 2, 3
DECODER_WIDTH, DECODER_DEPTH, DECODER_HEADS = 12, 1, 3
BATCH = 2
CHECK_TOLERANCE = 1e-9


def pack(tensor: Tensor) -> dict:
    values = tensor.detach().reshape(-1).tolist()
    # 14 significant digits keep the files small and are far finer than any comparison with them.
    return {"shape": list(tensor.shape), "data": [v if isinstance(v, int) else float(f"{v:.14g}") for v in values]}


def pack_all(tensors: dict[str, Tensor]) -> dict:
    return {name: pack(tensor) for name, tensor in tensors.items()}


def randomise(model: nn.Module, generator: torch.Generator, deviation: float) -> None:
    """Every parameter gets noise (norm weights around 1), so that no bias or token can be forgotten unnoticed."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) * deviation
            is_norm_weight = "norm" in name and name.endswith("weight")
            parameter.copy_(to_binary_fraction(noise + 1 if is_norm_weight else noise))


def random_images(generator: torch.Generator) -> Tensor:
    return to_binary_fraction(torch.rand(BATCH, 1, SIDE, SIDE, generator=generator).double())


def to_binary_fraction(tensor: Tensor) -> Tensor:
    """The nearest multiples of 1/1024: exact in float32 and float64, so every engine starts from the same values."""
    return (tensor * 1024).round() / 1024


def vision_transformer() -> dict:
    generator = torch.Generator().manual_seed(1)
    model = TimmVisionTransformer(
        img_size=SIDE, patch_size=PATCH, in_chans=1, num_classes=0, global_pool="avg", fc_norm=False,
        embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, mlp_ratio=4, class_token=True,
    ).double().eval()  # fmt: skip
    randomise(model, generator, 0.3)
    images = random_images(generator)
    with torch.no_grad():
        features = model.forward_features(images)
        pooled = model(images)
    assert torch.allclose(pooled, features[:, 1:].mean(dim=1), atol=1e-12, rtol=0)
    return {
        "about": "timm VisionTransformer: images [2,1,16,16] -> features (forward_features: [cls; patches] after the "
        "final norm) and pooled (mean of the patch tokens). Norm eps 1e-6, exact GELU.",
        "config": {"imageSize": SIDE, "patchSize": PATCH, "width": WIDTH, "depth": DEPTH, "heads": HEADS,
                   "mlpRatio": 4, "layerNormEps": 1e-6},
        "weights": pack_all(dict(model.named_parameters())),
        "images": pack(images),
        "features": pack(features),
        "pooled": pack(pooled),
    }  # fmt: skip


def masked_autoencoder() -> dict:
    generator = torch.Generator().manual_seed(2)
    model = MaskedAutoencoder(
        SIDE, PATCH, WIDTH, DEPTH, HEADS, 4, DECODER_WIDTH, DECODER_DEPTH, DECODER_HEADS
    ).double()
    randomise(model, generator, 0.3)
    images = random_images(generator)
    patches = (SIDE // PATCH) ** 2
    order = torch.rand(BATCH, patches, generator=generator).argsort(dim=1)
    visible, hidden = order[:, : patches // 4], order[:, patches // 4 :]
    assert_same_as_timm(model, images)
    weights = pack_all(dict(model.named_parameters()))

    loss = model.loss(images, visible, hidden)
    loss.backward()
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    gradients = {name: p.grad.clone() for name, p in trained.items()}
    with torch.no_grad():
        prediction = model.prediction(images, visible, hidden)
        biased = model.loss(images, visible, hidden, unbiased=False)

    optimizer = torch.optim.AdamW(
        [
            {"params": [p for name, p in trained.items() if is_decayed(name, p)], "weight_decay": 0.05},
            {"params": [p for name, p in trained.items() if not is_decayed(name, p)], "weight_decay": 0.0},
        ],
        lr=1e-3,
        betas=(0.9, 0.95),
        eps=1e-8,
    )
    losses, norms = [], []
    for _ in range(10):
        optimizer.zero_grad()
        step_loss = model.loss(images, visible, hidden)
        step_loss.backward()
        norms.append(nn.utils.clip_grad_norm_(list(trained.values()), CLIP_NORM).item())
        optimizer.step()
        losses.append(step_loss.item())
    last = {name: trained[name].detach() for name in ["cls_token", "mask_token", "blocks.0.attn.qkv.bias",
                                                      "blocks.1.norm2.weight", "decoder_pred.weight"]}  # fmt: skip
    return {
        "about": "Masked autoencoder: the encoder sees [cls; visible], the decoder [cls; visible; hidden] with "
        "gathered position embeddings; loss = mean squared error over hidden patches against pixels normalised per "
        "patch: (x - mean) / sqrt(variance + 1e-6), variance divided by pixels - 1 (lossWithBiasedVariance: pixels). "
        "gradients: of loss, before clipping, for all trained parameters (the position tables are fixed). training: "
        "ten steps on the same batch: loss before each update, gradient norm before clipping to 1.0, AdamW lr 1e-3, "
        "betas 0.9 0.95, eps 1e-8, weight decay 0.05 on the tensors in `decayed`; some weights after the tenth.",
        "config": {"imageSize": SIDE, "patchSize": PATCH, "width": WIDTH, "depth": DEPTH, "heads": HEADS,
                   "mlpRatio": 4, "layerNormEps": 1e-6, "decoderWidth": DECODER_WIDTH,
                   "decoderDepth": DECODER_DEPTH, "decoderHeads": DECODER_HEADS, "targetEps": 1e-6},
        "weights": weights,
        "images": pack(images),
        "visible": pack(visible),
        "hidden": pack(hidden),
        "prediction": pack(prediction),
        "loss": loss.item(),
        "lossWithBiasedVariance": biased.item(),
        "gradients": pack_all(gradients),
        "decayed": [name for name, p in trained.items() if is_decayed(name, p)],
        "training": {"losses": losses, "gradientNorms": norms, "weightsAfter": pack_all(last)},
    }  # fmt: skip


def assert_same_as_timm(model: MaskedAutoencoder, images: Tensor) -> None:
    """The encoder of vit.py must be timm's, weight for weight."""
    timm = TimmVisionTransformer(
        img_size=SIDE, patch_size=PATCH, in_chans=1, num_classes=0, global_pool="avg", fc_norm=False,
        embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, mlp_ratio=4, class_token=True,
    ).double().eval()  # fmt: skip
    wanted = timm.state_dict()
    timm.load_state_dict({name: tensor for name, tensor in model.state_dict().items() if name in wanted}, strict=True)
    with torch.no_grad():
        assert torch.allclose(timm.forward_features(images), model(images), atol=1e-12, rtol=0)


def contrastive() -> dict:
    generator = torch.Generator().manual_seed(3)
    embeddings = torch.randn(8, 5, generator=generator).double().requires_grad_()
    loss = nt_xent(embeddings, 0.2)
    loss.backward()
    assert math.isclose(loss.item(), nt_xent_by_definition(embeddings.tolist(), 0.2), rel_tol=1e-12)
    return {
        "about": "NT-Xent (SimCLR) of 4 pairs, view-major: rows i and i+4 are two views of one image; mean over all 8 "
        "anchors of -log softmax over the 7 others of cosine similarity / temperature.",
        "temperature": 0.2,
        "embeddings": pack(embeddings),
        "loss": loss.item(),
        "gradient": pack(embeddings.grad),
    }


def nt_xent_by_definition(rows: list[list[float]], temperature: float) -> float:
    """The same loss written out with plain numbers, as a check on the tensor form."""
    def cosine(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b)) / (math.hypot(*a) * math.hypot(*b))

    count = len(rows)
    total = 0.0
    for i in range(count):
        partner = (i + count // 2) % count
        others = sum(math.exp(cosine(rows[i], rows[k]) / temperature) for k in range(count) if k != i)
        total += math.log(others) - cosine(rows[i], rows[partner]) / temperature
    return total / count


def cross_entropy() -> dict:
    generator = torch.Generator().manual_seed(4)
    values = torch.randn(6, 4, generator=generator).double() * 2
    labels = torch.tensor([0, 3, 1, 1, 2, 0])
    cases = []
    for smoothing in [0.0, 0.1]:
        logits = values.clone().requires_grad_()
        loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        cases.append({"labelSmoothing": smoothing, "loss": loss.item(), "gradient": pack(logits.grad)})
    return {
        "about": "Cross-entropy of logits [6,4], mean over rows; smoothing s gives the label 1 - s + s/classes and "
        "every other class s/classes.",
        "logits": pack(values),
        "labels": pack(labels),
        "cases": cases,
    }


def position_embedding() -> dict:
    return {
        "about": "Fixed 2-D sine-cosine position embedding (MAE): [1, 1 + grid*grid, width], row 0 (cls) zero, patches "
        "row-major. Channels: the first half encodes the COLUMN (x), the second half the ROW (y); each half is "
        "[sines; cosines] of position / 10000^(k / (width/4)), k = 0 .. width/4 - 1.",
        "grid": 4,
        "width": 12,
        "table": pack(sincos_position_embedding(12, 4)),
    }


def largest_difference(a: object, b: object) -> float:
    """Largest absolute difference of two JSON values; infinite where their shapes differ."""
    if isinstance(a, bool) or isinstance(b, bool) or isinstance(a, str):
        return 0.0 if a == b else math.inf
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return max((largest_difference(x, y) for x, y in zip(a, b)), default=0.0)
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return max((largest_difference(a[key], b[key]) for key in a), default=0.0)
    return math.inf


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    made = {
        "vit": vision_transformer(),
        "mae": masked_autoencoder(),
        "nt-xent": contrastive(),
        "cross-entropy": cross_entropy(),
        "position-embedding": position_embedding(),
    }
    worst = 0.0
    for name, value in made.items():
        path = FOLDER / f"{name}.json"
        if check:
            difference = largest_difference(value, json.loads(path.read_text()))
            worst = max(worst, difference)
            print(f"{path.name}: largest difference {difference:.3g}")
        else:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
            print(f"{path.name}: {path.stat().st_size} bytes")
    return 1 if worst > CHECK_TOLERANCE else 0


if __name__ == "__main__":
    sys.exit(main())
