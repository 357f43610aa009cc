"""Loads a safetensors file exported by Pretext into timm's VisionTransformer and compares the features.

Images and expected features are .npy or .safetensors files (the first tensor, or the one named after a colon:
`batch.safetensors:images`). Images are [n, 1, s, s] as the network gets them, already normalised.
Expected features are [n, width] (mean of the patch tokens after the final norm, timm's global_pool='avg') or
[n, 1 + patches, width] (timm's forward_features). Prints one JSON object; ends with 1 above the tolerance.
"""

import argparse
import json
import sys

import numpy
import torch
from safetensors.numpy import load_file
from timm.models.vision_transformer import VisionTransformer


def load_array(location: str) -> numpy.ndarray:
    path, _, name = location.partition(":")
    if path.endswith(".npy"):
        return numpy.load(path)
    tensors = load_file(path)
    if name and name not in tensors:
        raise SystemExit(f"{path} has no tensor {name}; it has {sorted(tensors)}")
    return tensors[name] if name else next(iter(tensors.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", help="the safetensors file of `pretext export`")
    parser.add_argument("images")
    parser.add_argument("features")
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--patch", type=int, default=8)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--prefix", default="", help="taken off the tensor names before loading, e.g. encoder.")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()

    model = VisionTransformer(
        img_size=args.image_size,
        patch_size=args.patch,
        in_chans=1,
        num_classes=0,
        global_pool="avg",
        embed_dim=args.width,
        depth=args.depth,
        num_heads=args.heads,
        class_token=True,
        fc_norm=False,
    ).eval()
    weights = {name.removeprefix(args.prefix): torch.from_numpy(t) for name, t in load_file(args.weights).items()}
    wanted = model.state_dict()
    missing = sorted(set(wanted) - set(weights))
    unexpected = sorted(set(weights) - set(wanted))
    # Only tensors that timm's model has no place for (a head, a decoder) may be left out: nothing may be missing.
    if missing:
        raise SystemExit(f"the file lacks tensors that timm needs: {missing}; others in it: {unexpected}")
    model.load_state_dict({name: t for name, t in weights.items() if name in wanted}, strict=True)

    images = torch.from_numpy(load_array(args.images)).float()
    expected = torch.from_numpy(load_array(args.features)).float()
    with torch.inference_mode():
        found = model.forward_features(images) if expected.ndim == 3 else model(images)
    if found.shape != expected.shape:
        raise SystemExit(f"timm gives features of shape {list(found.shape)}, the file has {list(expected.shape)}")
    difference = (found - expected).abs().max().item()
    matches = difference <= args.tolerance
    print(
        json.dumps(
            {
                "images": images.shape[0],
                "features": list(found.shape),
                "maxAbsDifference": difference,
                "maxAbsFeature": found.abs().max().item(),
                "tolerance": args.tolerance,
                "matches": matches,
                "missingKeys": missing,
                "unexpectedKeys": unexpected,
            }
        )
    )
    return 0 if matches else 1


if __name__ == "__main__":
    sys.exit(main())
