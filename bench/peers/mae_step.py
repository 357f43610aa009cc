"""Speed of one masked-inpainting training step (MAE) in PyTorch on the CPU: the peer of `pretext bench`.

The arithmetic is that of Pretext's own step (see vit.py); batches and masks are made before the clock starts.
"""

from step import TrainingStep, arguments, prepare, run

MASK_RATIO = 0.75
BATCHES = 4


def main() -> None:
    args = arguments(__doc__, "images of one step")
    prepare(args)

    import torch

    from vit import MaskedAutoencoder, initialise

    model = MaskedAutoencoder(args.image_size, args.patch, args.width, args.depth, args.heads)
    initialise(model, args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    patches = (args.image_size // args.patch) ** 2
    visible_count = patches - round(patches * MASK_RATIO)
    inputs = []
    for _ in range(BATCHES):
        images = torch.rand(args.batch, 1, args.image_size, args.image_size, generator=generator)
        order = torch.rand(args.batch, patches, generator=generator).argsort(dim=1)
        inputs.append((images, order[:, :visible_count].contiguous(), order[:, visible_count:].contiguous()))
    run(TrainingStep(model, model.loss, inputs, 1e-3, args), "inpainting", args)


if __name__ == "__main__":
    main()
