"""Speed of one training step of ResNet-18 (SimCLR) or of a U-Net (segmentation) in PyTorch on the CPU.

The models are those of curves.py, at the sizes of bench/engine-models.ts. A contrastive batch of n images is 2n views.
"""

from step import TrainingStep, parser, prepare, run

BATCHES = 4
UNET_WIDTH, UNET_LEVELS, UNET_CLASSES = 32, 5, 2


def main() -> None:
    options = parser(__doc__, "images of one step; twice as many views with resnet-18")
    options.add_argument("--model", choices=["resnet-18", "unet"], default="resnet-18")
    args = options.parse_args()
    prepare(args)

    import torch
    import torch.nn.functional as F

    from curves import Contrastive, UNet

    torch.manual_seed(args.seed)
    contrastive = args.model == "resnet-18"
    pictures = 2 * args.batch if contrastive else args.batch
    shape = (pictures, 1, args.image_size, args.image_size)
    images = [torch.rand(shape) for _ in range(BATCHES)]
    if contrastive:
        model = Contrastive(hidden=512, projection=128)
        inputs, loss = [(batch,) for batch in images], model
    else:
        model = UNet(1, UNET_WIDTH, UNET_LEVELS, UNET_CLASSES)
        inputs = [(batch, (batch[:, 0] > 0.5).long()) for batch in images]

        def loss(batch: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return F.cross_entropy(model(batch), target)

    run(TrainingStep(model, loss, inputs, 1e-3, args), args.model, args)


if __name__ == "__main__":
    main()
