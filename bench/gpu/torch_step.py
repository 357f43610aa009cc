"""PyTorch's training step on a GPU, asked for rounds by run.mjs: eager, with TF32 or under bfloat16 autocast.

The models are those of bench/peers (vit.py); images start on the host and are copied at each step, as Pretext's are.
Without a GPU it computes on the processor, where TF32 means plain float32: for trying the script out.
"""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

from step import TrainingStep, arguments, emit, prepare  # noqa: E402

MASK_RATIO = 0.75
BATCHES = 4


def main() -> None:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--precision", choices=["tf32", "bf16"], default="tf32")
    own.add_argument("--method", choices=["inpainting", "contrastive"], default="inpainting")
    mine, rest = own.parse_known_args()
    sys.argv = [sys.argv[0], *rest]
    args = arguments(__doc__, "images of one step")
    prepare(args)

    import torch

    from vit import ContrastiveModel, MaskedAutoencoder, initialise

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    shape = (args.image_size, args.patch, args.width, args.depth, args.heads)
    contrastive = mine.method == "contrastive"
    model = ContrastiveModel(*shape, activation="relu") if contrastive else MaskedAutoencoder(*shape)
    initialise(model, args.seed)
    model.to(device)

    generator = torch.Generator().manual_seed(args.seed)
    patches = (args.image_size // args.patch) ** 2
    visible = patches - round(patches * MASK_RATIO)
    inputs = []
    for _ in range(BATCHES):
        pictures = 2 * args.batch if contrastive else args.batch
        batch = [torch.rand(pictures, 1, args.image_size, args.image_size, generator=generator)]
        if not contrastive:
            order = torch.rand(args.batch, patches, generator=generator).argsort(dim=1)
            batch += [order[:, :visible].contiguous(), order[:, visible:].contiguous()]
        inputs.append(tuple(tensor.pin_memory() if device.type == "cuda" else tensor for tensor in batch))

    def loss(*host):
        given = [tensor.to(device, non_blocking=True) for tensor in host]
        mixed = torch.autocast(device.type, torch.bfloat16) if mine.precision == "bf16" else nullcontext()
        with mixed:
            return model.loss(*given)

    if args.optimizer == "auto":
        args.optimizer = "fused"
    step = TrainingStep(model, loss, inputs, 1e-3, args)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    emit({"ready": True, "version": torch.__version__, "where": name, "optimizer": step.kind})
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        steps = int(words[1])
        seconds, _, last = step.round(steps)
        emit({"steps": steps, "seconds": seconds, "loss": last})


if __name__ == "__main__":
    main()
