#!/usr/bin/env python3
"""Writes convolution.safetensors: what PyTorch makes of the same convolutional networks and data.

    pip install torch numpy safetensors;  python3 Tests/Reference/convolution.py

As pytorch.py, with layers of pictures; data are [batch, row, column, map], kernels [row, column, in, out]. Everything is
computed in float64 and stored in float32, which is exact enough for a comparison to 1e-5.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
STEPS, SAMPLES, OUTPUTS = 20, 6, 3

ACTIVATIONS = {"identity": lambda z: z, "tanh": torch.tanh, "relu": F.relu, "gelu": F.gelu, "sigmoid": torch.sigmoid}
# A softmax on top belongs to the loss, which takes what comes before it.
ACTIVATIONS["softmax"] = ACTIVATIONS["identity"]


class Net:
    """The layers of a case, from their words; inside, pictures are [batch, map, row, column]."""

    def __init__(self, words, shape):
        x = torch.zeros(1, *shape).permute(0, 3, 1, 2)
        self.layers = []
        for n, w in enumerate(words.split("|"), 1):
            kind, *rest = w.split()
            p = {}
            options = {rest[i][2:]: int(rest[i + 1]) for i in range(len(rest)) if rest[i].startswith("--")}
            if kind == "dense":
                p["weight"] = torch.randn(x[0].numel(), int(rest[0])) * 0.3
                p["bias"] = torch.randn(int(rest[0])) * 0.1
            elif kind == "conv":
                k = [int(s) for s in rest[1].split("x")]
                p["weight"] = torch.randn(*k, x.shape[1], int(rest[0])) * 0.3
                p["bias"] = torch.randn(int(rest[0])) * 0.1
            elif kind == "batchnorm":
                p["scale"], p["shift"] = torch.rand(x.shape[1]) + 0.5, torch.randn(x.shape[1]) * 0.1
            for value in p.values():
                value.requires_grad_()
            self.layers.append((n, kind, rest, options, p))
            x = self.layer(x, *self.layers[-1][1:]).detach()

    def parameters(self):
        return [(f"layer{n}.{k}", v) for n, _, _, _, p in self.layers for k, v in p.items()]

    def layer(self, x, kind, rest, options, p):
        name = rest[-1] if rest and rest[-1] in ACTIVATIONS else rest[2] if len(rest) > 2 and rest[2] in ACTIVATIONS else "identity"
        if kind == "conv":
            z = F.conv2d(x, p["weight"].permute(3, 2, 0, 1), p["bias"], stride=options.get("stride", 1), padding=options.get("padding", 0))
            return ACTIVATIONS[name](z)
        if kind.endswith("pool"):
            k = [int(s) for s in rest[0].split("x")]
            return {"maxpool": lambda: F.max_pool2d(x, k), "avgpool": lambda: F.avg_pool2d(x, k), "l2pool": lambda: F.lp_pool2d(x, 2, k), "probpool": lambda: on(x, k)}[kind]()
        if kind == "batchnorm":
            return F.batch_norm(x, None, None, p["scale"], p["shift"], training=True, eps=1e-5)
        if kind == "activation":
            return ACTIVATIONS[rest[0]](x)
        if kind == "flatten":
            return x.permute(0, 2, 3, 1).flatten(1)
        return ACTIVATIONS[name](x @ p["weight"] + p["bias"])

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for _, *rest in self.layers:
            x = self.layer(x, *rest)
        return x


def on(x, k):
    """The probability that a unit of each window is on, of which at most one may be: a softmax with a zero for none."""
    e = F.avg_pool2d(torch.exp(x), k) * k[0] * k[1]
    return e / (1 + e)


def cases():
    yield "convolution", (7, 6, 1), "conv 4 3x3 tanh|flatten|dense 3 softmax", {}
    yield "stride and padding", (7, 8, 2), "conv 4 3x2 gelu --stride 2 --padding 1|conv 3 2x2 relu --padding 1|flatten|dense 3 softmax", {}
    for pool in ("maxpool 2x2", "l2pool 2x2", "avgpool 2x3"):
        yield pool.split()[0], (9, 8, 1), f"conv 3 2x2 tanh|{pool}|flatten|dense 3 softmax", {}
    yield "LeNet", (14, 14, 1), "conv 4 3x3 relu|maxpool 2x2|conv 6 3x3 relu|maxpool 2x2|flatten|dense 8 relu|dense 3 softmax", {"momentum": "0.9"}
    yield "normalised by maps", (6, 6, 2), "conv 4 3x3|batchnorm|activation relu|avgpool 2x2|flatten|dense 3 softmax", {}
    yield "probpool", (9, 8, 1), "conv 3 2x2|probpool 2x2|conv 4 2x2|probpool 3x1|flatten|dense 3 softmax", {"momentum": "0.9"}


def main():
    torch.manual_seed(2)
    tensors, metadata = {}, {}
    for number, (name, shape, layers, extra) in enumerate(cases()):
        net = Net(layers, shape)
        x = torch.randn(SAMPLES, *shape)
        t = F.one_hot(torch.randint(OUTPUTS, (SAMPLES,)), OUTPUTS).double()
        key = f"case{number:02d}"
        settings = dict(layers=layers, loss="cross-entropy", rate="0.05", **extra)
        metadata[key] = name + ";" + ";".join(f"{k}={v}" for k, v in settings.items())

        def put(path, value):
            tensors[f"{key}/{path}"] = value.detach().numpy().astype(np.float32)

        put("x", x)
        put("t", t)
        for n, p in net.parameters():
            put("before/" + n, p)
        # Our float32 begins with these numbers, so PyTorch must as well.
        with torch.no_grad():
            for _, p in net.parameters():
                p.copy_(p.float().double())
        x = x.float().double()
        opt = torch.optim.SGD([p for _, p in net.parameters()], 0.05, momentum=float(extra.get("momentum", 0)))
        losses = []
        for step in range(STEPS + 1):
            opt.zero_grad()
            c = F.cross_entropy(net.forward(x), t)
            losses.append(c.item())
            if step == STEPS:
                break
            c.backward()
            if step == 0:
                for n, p in net.parameters():
                    put("gradient/" + n, p.grad)
            opt.step()
        for n, p in net.parameters():
            put("after/" + n, p)
        tensors[f"{key}/loss"] = np.array([losses[0], losses[-1]], np.float32)
    save_file(tensors, pathlib.Path(__file__).with_name("convolution.safetensors"), metadata=metadata)
    print(f"{len(metadata)} cases, PyTorch {torch.__version__}")


main()
