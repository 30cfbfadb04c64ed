#!/usr/bin/env python3
"""Writes pytorch.safetensors: what PyTorch makes of the same networks, data, losses and update rules.

    pip install torch numpy safetensors;  python3 Tests/Reference/pytorch.py

Everything is computed in float64 and stored so. A case is described in the file's metadata, as the engine's own words:
`layers` joined by `|`, then settings. Its tensors are
    CASE/x  CASE/t                        data and targets (one-hot rows or numbers)
    CASE/before/layerN.weight …           the parameters to begin with, [in, out]
    CASE/gradient/layerN.weight …         ∂C/∂parameter on the whole data
    CASE/after/layerN.weight …            the parameters after 20 full-batch updates
    CASE/loss                             [C before, C after 20 updates]
C is the mean over the samples of the sum over the outputs, as the engine defines it.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
STEPS, SAMPLES, INPUTS, OUTPUTS = 20, 12, 4, 3

ACTIVATIONS = {
    "identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu,
    "leaky-relu": lambda z: F.leaky_relu(z, 0.01), "elu": F.elu, "gelu": F.gelu, "softplus": F.softplus,
    "softmax": lambda z: torch.softmax(z, 1),
}


def cost(name, z, y, t, top):
    m = len(t)
    if name == "squared":
        return 0.5 * F.mse_loss(y, t, reduction="sum") / m
    if name == "absolute":
        return F.l1_loss(y, t, reduction="sum") / m
    if name == "huber":
        return F.huber_loss(y, t, reduction="sum") / m
    if name == "hinge":
        return torch.clamp(1 - (2 * t - 1) * y, min=0).sum() / m
    if name == "binary-cross-entropy":
        if top in ("sigmoid", "identity"):
            return F.binary_cross_entropy_with_logits(z, t, reduction="sum") / m
        return F.binary_cross_entropy(y, t, reduction="sum") / m
    if name == "cross-entropy":
        if top in ("softmax", "identity"):
            return F.cross_entropy(z, t, reduction="sum") / m
        return -(t * torch.log(y)).sum() / m
    raise ValueError(name)


def optimizer(s, parameters):
    rate, name = float(s["rate"]), s.get("optimizer", "sgd")
    l2 = float(s.get("l2", 0))
    weights = [p for n, p in parameters if n.endswith("weight")]
    others = [p for n, p in parameters if not n.endswith("weight")]
    groups = [{"params": weights, "weight_decay": l2}, {"params": others, "weight_decay": 0.0}]
    if name == "sgd":
        return torch.optim.SGD(groups, rate)
    if name == "momentum":
        return torch.optim.SGD(groups, rate, momentum=float(s["momentum"]))
    if name == "nesterov":
        return torch.optim.SGD(groups, rate, momentum=float(s["momentum"]), nesterov=True)
    if name == "adagrad":
        return torch.optim.Adagrad(groups, rate)
    if name == "rmsprop":
        return torch.optim.RMSprop(groups, rate)
    if name == "adam":
        return torch.optim.Adam(groups, rate)
    raise ValueError(name)


class Net:
    """The layers of a case, from their words."""

    def __init__(self, words):
        self.layers, width = [], INPUTS
        for n, w in enumerate(words.split("|"), 1):
            kind, *rest = w.split()
            p = {}
            if kind == "dense":
                units = int(rest[0])
                p["weight"] = torch.randn(width, units) * 0.6
                p["bias"] = torch.randn(units) * 0.1
                width = units
            elif kind == "batchnorm":
                p["scale"], p["shift"] = torch.rand(width) + 0.5, torch.randn(width) * 0.1
            for value in p.values():
                value.requires_grad_()
            self.layers.append((n, kind, rest, p))

    def parameters(self):
        return [(f"layer{n}.{k}", v) for n, _, _, p in self.layers for k, v in p.items()]

    def forward(self, x):
        z, top = x, "identity"
        for n, kind, rest, p in self.layers:
            if kind == "dense":
                z = x @ p["weight"] + p["bias"]
                top = rest[1] if len(rest) > 1 else "identity"
            elif kind == "activation":
                z, top = x, rest[0]
            elif kind == "batchnorm":
                z = F.batch_norm(x, None, None, p["scale"], p["shift"], training=True, eps=1e-5)
                top = "identity"
            x = ACTIVATIONS[top](z)
        return z, x, top


def cases():
    for a in ACTIVATIONS:
        yield f"hidden {a}", dict(layers=f"dense 5 {a}|dense 3", loss="squared", rate="0.05")
        if a != "identity":
            yield f"apart {a}", dict(layers=f"dense 5|activation {a}|dense 3 tanh", loss="squared", rate="0.05")
    for l in ("squared", "absolute", "huber", "hinge", "binary-cross-entropy", "cross-entropy"):
        for top in ("identity", "sigmoid", "softmax"):
            yield f"{l} on {top}", dict(layers=f"dense 5 tanh|dense 3 {top}", loss=l, rate="0.05")
    for o, rate in (("sgd", "0.1"), ("momentum", "0.05"), ("nesterov", "0.05"), ("adagrad", "0.05"), ("rmsprop", "0.002"), ("adam", "0.01")):
        s = dict(layers="dense 6 tanh|dense 5 gelu|dense 3 softmax", loss="cross-entropy", optimizer=o, rate=rate)
        if o in ("momentum", "nesterov"):
            s["momentum"] = "0.9"
        yield f"optimizer {o}", s
        yield f"optimizer {o} with l2", dict(s, l2="0.01")
    yield "clip", dict(layers="dense 6 tanh|dense 3", loss="squared", rate="0.1", clip="0.2")
    yield "l1", dict(layers="dense 6 tanh|dense 3", loss="squared", rate="0.1", l1="0.01")
    yield "batch normalisation", dict(layers="dense 6|batchnorm|activation relu|dense 3 softmax", loss="cross-entropy", rate="0.1")


def main():
    torch.manual_seed(1)
    tensors, metadata = {}, {}
    for number, (name, s) in enumerate(cases()):
        net = Net(s["layers"])
        x = torch.randn(SAMPLES, INPUTS)
        classes = torch.randint(OUTPUTS, (SAMPLES,))
        regression = s["loss"] in ("squared", "absolute", "huber") and not name.startswith(("absolute on so", "squared on so"))
        t = torch.rand(SAMPLES, OUTPUTS) if regression else F.one_hot(classes, OUTPUTS).double()
        key = f"case{number:02d}"
        metadata[key] = name + ";" + ";".join(f"{k}={v}" for k, v in s.items())

        def put(path, value):
            # A copy: parameters are changed in place, and numpy() would share their memory.
            tensors[f"{key}/{path}"] = value.detach().numpy().copy()

        put("x", x)
        put("t", t)
        for n, p in net.parameters():
            put("before/" + n, p)
        opt = optimizer(s, net.parameters())
        losses = []
        for step in range(STEPS + 1):
            opt.zero_grad()
            z, y, top = net.forward(x)
            c = cost(s["loss"], z, y, t, top)
            losses.append(c.item())
            if step == STEPS:
                break
            c.backward()
            if step == 0:
                for n, p in net.parameters():
                    put("gradient/" + n, p.grad)
            if "clip" in s:
                torch.nn.utils.clip_grad_norm_([p for _, p in net.parameters()], float(s["clip"]))
            if "l1" in s:
                for n, p in net.parameters():
                    if n.endswith("weight"):
                        p.grad += float(s["l1"]) * torch.sign(p.detach())
            opt.step()
        for n, p in net.parameters():
            put("after/" + n, p)
        tensors[f"{key}/loss"] = np.array([losses[0], losses[-1]])
    save_file(tensors, pathlib.Path(__file__).with_name("pytorch.safetensors"), metadata=metadata)
    print(f"{len(metadata)} cases, PyTorch {torch.__version__}")


main()
