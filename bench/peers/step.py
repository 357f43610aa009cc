"""What the training-step peers share: arguments, optimiser, timed rounds, and the line protocol of a paired run."""

import argparse
import ctypes
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable

CLIP_NORM = 1.0


def parser(description: str, batch_help: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64, help=batch_help)
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--patch", type=int, default=8)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10, help="steps of one round")
    parser.add_argument("--warmup", type=int, default=3, help="steps before anything is timed")
    parser.add_argument("--compile", action="store_true", help="torch.compile the loss (needs a C++ compiler)")
    parser.add_argument(
        "--optimizer",
        choices=["auto", "loop", "foreach", "fused"],
        default="auto",
        help="implementation of AdamW; auto times all three and keeps the fastest",
    )
    parser.add_argument(
        "--keep-memory",
        action="store_true",
        help="tell glibc to keep freed memory instead of returning it at each step (off in a plain PyTorch)",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--server", action="store_true", help='answer lines "round N" on stdin: see README.md')
    return parser


def arguments(description: str, batch_help: str) -> argparse.Namespace:
    return parser(description, batch_help).parse_args()


def prepare(args: argparse.Namespace) -> None:
    """Sets the thread count and the allocator; to be called before torch is imported."""
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    os.environ["MKL_NUM_THREADS"] = str(args.threads)
    if args.keep_memory:
        libc = ctypes.CDLL("libc.so.6")
        trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
        libc.mallopt(mmap_threshold, 1 << 30)
        libc.mallopt(trim_threshold, 2**31 - 1)


def peak_rss_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class TrainingStep:
    """Forward, backward, clipping by global norm and AdamW; calling it does one step and returns the loss."""

    def __init__(self, model, loss: Callable, inputs: list[tuple], learning_rate: float, args: argparse.Namespace):
        import torch

        from vit import is_decayed

        torch.set_num_threads(args.threads)
        self.torch = torch
        self.model = model
        self.loss = torch.compile(loss, dynamic=False) if args.compile else loss
        self.inputs = inputs
        self.count = 0
        trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self.parameters = [p for _, p in trained]
        self.groups = [
            {"params": [p for name, p in trained if is_decayed(name, p)], "weight_decay": 0.05},
            {"params": [p for name, p in trained if not is_decayed(name, p)], "weight_decay": 0.0},
        ]
        self.learning_rate = learning_rate
        self.use(args.optimizer if args.optimizer != "auto" else "foreach")
        for _ in range(args.warmup):
            self()
        if args.optimizer == "auto":
            self.use(self.fastest_optimizer())
            self()

    def use(self, kind: str, learning_rate: float | None = None) -> None:
        self.kind = kind
        flags = {"foreach": kind == "foreach", "fused": kind == "fused"}
        groups = [dict(group) for group in self.groups]
        rate = self.learning_rate if learning_rate is None else learning_rate
        self.optimizer = self.torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), eps=1e-8, **flags)

    def fastest_optimizer(self) -> str:
        """Times the three implementations of AdamW in turn, twice over, on the last gradients and at rate 0."""
        seconds: dict[str, float] = {}
        for kind in ["loop", "foreach", "fused"] * 2:
            self.use(kind, learning_rate=0.0)
            self.optimizer.step()
            began = time.perf_counter()
            for _ in range(10):
                self.optimizer.step()
            seconds[kind] = min(seconds.get(kind, float("inf")), time.perf_counter() - began)
        return min(seconds, key=seconds.__getitem__)

    def __call__(self) -> float:
        inputs = self.inputs[self.count % len(self.inputs)]
        self.count += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(*inputs)
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.parameters, CLIP_NORM)
        self.optimizer.step()
        return loss.item()

    def round(self, steps: int) -> tuple[float, float, float]:
        """Does `steps` steps. Returns (seconds, processor seconds of all threads, last loss)."""
        loss = float("nan")
        began, began_cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            loss = self()
        return time.perf_counter() - began, time.process_time() - began_cpu, loss


def emit(value: dict) -> None:
    print(json.dumps(value), flush=True)


def describe(step: TrainingStep, name: str, args: argparse.Namespace) -> dict:
    return {
        "peer": "torch",
        "program": name,
        "version": step.torch.__version__,
        "threads": args.threads,
        "batch": args.batch,
        "imageSize": args.image_size,
        "patch": args.patch,
        "width": args.width,
        "depth": args.depth,
        "compiled": args.compile,
        "optimizer": step.kind,
        "keepMemory": args.keep_memory,
        "parameters": sum(p.numel() for p in step.parameters),
    }


def run(step: TrainingStep, name: str, args: argparse.Namespace) -> None:
    """Prints one JSON object with the median over rounds, or serves rounds until stdin closes."""
    if args.server:
        emit({"ready": True, **describe(step, name, args)})
        for line in sys.stdin:
            words = line.split()
            if words == ["quit"]:
                break
            if len(words) == 2 and words[0] == "round" and words[1].isdigit() and int(words[1]) > 0:
                steps = int(words[1])
                seconds, cpu_seconds, loss = step.round(steps)
                emit(
                    {
                        "steps": steps,
                        "seconds": seconds,
                        "cpuSeconds": cpu_seconds,
                        "imagesPerSecond": steps * args.batch / seconds,
                        "loss": loss,
                        "peakRssBytes": peak_rss_bytes(),
                    }
                )
            elif words:
                emit({"error": f'expected "round N" or "quit", got {line.strip()!r}'})
        return
    rounds = [step.round(args.steps) for _ in range(args.rounds)]
    rates = [args.steps * args.batch / seconds for seconds, _, _ in rounds]
    emit(
        {
            **describe(step, name, args),
            "imagesPerSecond": statistics.median(rates),
            "stepMs": statistics.median(1000 * seconds / args.steps for seconds, _, _ in rounds),
            "rounds": [round(rate, 2) for rate in rates],
            "loss": rounds[-1][2],
            "peakRssBytes": peak_rss_bytes(),
        }
    )
