"""Times PyTorch's convolution, and the gradients of its input and of its weight, for layers given as JSON on stdin.

    echo '[{"name": "l1", "x": [128, 64, 24, 24], "weight": [64, 64, 3, 3], "stride": 1, "padding": 1}]' \\
        | python conv_layers.py --threads 1 --rounds 3

Prints one JSON object: by name the processor milliseconds of each of the three, the least of the rounds (of all threads
together, so that other programs on the machine change little).
"""

import argparse
import json
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=3)
args = parser.parse_args()

import torch  # noqa: E402

torch.set_num_threads(args.threads)
backward = torch.ops.aten.convolution_backward


def least(work) -> float:
    work()
    times = []
    for _ in range(args.rounds):
        began = time.process_time()
        work()
        times.append(1000 * (time.process_time() - began))
    return min(times)


results = {"version": torch.__version__}
for layer in json.load(sys.stdin):
    x, weight = torch.randn(layer["x"]), torch.randn(layer["weight"])
    stride, padding = [layer["stride"]] * 2, [layer["padding"]] * 2
    with torch.no_grad():
        g = torch.randn_like(torch.conv2d(x, weight, None, stride, padding))

        def gradient(mask):
            return backward(g, x, weight, None, stride, padding, [1, 1], False, [0, 0], 1, mask)

        results[layer["name"]] = {
            "forward": least(lambda: torch.conv2d(x, weight, None, stride, padding)),
            "toInput": least(lambda: gradient([True, False, False])),
            "toWeight": least(lambda: gradient([False, True, False])),
        }
print(json.dumps(results))
