"""Speed of one contrastive training step (SimCLR) in PyTorch on the CPU: the peer of `pretext bench`.

A batch of n images is 2n views, so imagesPerSecond counts source images; views/s is twice that.
"""

from step import TrainingStep, arguments, prepare, run

BATCHES = 4


def main() -> None:
    args = arguments(__doc__, "source images of one step; twice as many views")
    prepare(args)

    import torch

    from vit import ContrastiveModel, initialise

    model = ContrastiveModel(args.image_size, args.patch, args.width, args.depth, args.heads)
    initialise(model, args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    shape = (2 * args.batch, 1, args.image_size, args.image_size)
    inputs = [(torch.rand(shape, generator=generator),) for _ in range(BATCHES)]
    run(TrainingStep(model, model.loss, inputs, 5e-4, args), "contrastive", args)


if __name__ == "__main__":
    main()
