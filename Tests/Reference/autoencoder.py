#!/usr/bin/env python3
"""Writes autoencoder.safetensors: what PyTorch makes of the same autoencoders.

    pip install torch numpy safetensors;  python3 Tests/Reference/autoencoder.py

Everything is computed in float64. A case is described in the file's metadata as `name;key=value;…`; its tensors are
    CASE/x                             the data, all of them one mini-batch
    CASE/before/level1.weight …        the parameters to begin with, weights [visible, hidden] and [hidden, visible]
    CASE/gradient/level1.weight …      ∂C/∂parameter
    CASE/after/level1.weight …         the parameters after 20 full-batch updates
    CASE/loss                          [C before, C after 20 updates], penalties included
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
STEPS, SAMPLES, VISIBLE, HIDDEN = 20, 9, 6, 4
FUNCTIONS = {"identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def cases():
    yield "tied", dict(activation="sigmoid", output="sigmoid", loss="binary-cross-entropy", rate="0.1")
    yield "untied", dict(activation="relu", output="identity", loss="squared", rate="0.05", tied="no")
    yield "tied squared", dict(activation="tanh", output="sigmoid", loss="squared", rate="0.1", optimizer="adam")
    yield "untied logits", dict(
        activation="tanh", output="sigmoid", loss="binary-cross-entropy", rate="0.05", tied="no", momentum="0.9")
    yield "sparse l1", dict(
        activation="sigmoid", output="sigmoid", loss="binary-cross-entropy", rate="0.1", sparse="0.3", sparsity="l1")
    yield "sparse kl", dict(
        activation="sigmoid", output="sigmoid", loss="binary-cross-entropy", rate="0.1", sparse="0.7", sparsity="kl",
        activity="0.1")


def main():
    torch.manual_seed(2)
    tensors, metadata = {}, {}
    for number, (name, s) in enumerate(cases()):
        key = f"case{number:02d}"
        metadata[key] = name + ";" + ";".join(f"{k}={v}" for k, v in s.items())
        p = {"weight": torch.randn(VISIBLE, HIDDEN) * 0.5, "hidden.bias": torch.randn(HIDDEN) * 0.1,
             "visible.bias": torch.randn(VISIBLE) * 0.1}
        if s.get("tied") == "no":
            p["generative.weight"] = torch.randn(HIDDEN, VISIBLE) * 0.5
        for value in p.values():
            value.requires_grad_()
        x = torch.rand(SAMPLES, VISIBLE)

        def put(path, value):
            tensors[f"{key}/{path}"] = value.detach().numpy().copy()

        def cost():
            h = FUNCTIONS[s["activation"]](x @ p["weight"] + p["hidden.bias"])
            z = h @ (p["generative.weight"] if "generative.weight" in p else p["weight"].t()) + p["visible.bias"]
            if s["loss"] == "squared":
                c = 0.5 * ((FUNCTIONS[s["output"]](z) - x) ** 2).sum() / SAMPLES
            else:
                c = F.binary_cross_entropy_with_logits(z, x, reduction="sum") / SAMPLES
            if s.get("sparsity") == "l1":
                c = c + float(s["sparse"]) * h.abs().sum() / SAMPLES
            if s.get("sparsity") == "kl":
                q, r = h.mean(0), float(s["activity"])
                c = c + float(s["sparse"]) * (r * torch.log(r / q) + (1 - r) * torch.log((1 - r) / (1 - q))).sum()
            return c

        put("x", x)
        for n, value in p.items():
            put("before/level1." + n, value)
        rate = float(s["rate"])
        if s.get("optimizer") == "adam":
            optimizer = torch.optim.Adam(p.values(), rate)
        else:
            optimizer = torch.optim.SGD(p.values(), rate, momentum=float(s.get("momentum", 0)))
        losses = []
        for step in range(STEPS + 1):
            optimizer.zero_grad()
            c = cost()
            losses.append(c.item())
            if step == STEPS:
                break
            c.backward()
            if step == 0:
                for n, value in p.items():
                    put("gradient/level1." + n, value.grad)
            optimizer.step()
        for n, value in p.items():
            put("after/level1." + n, value)
        tensors[f"{key}/loss"] = np.array([losses[0], losses[-1]])
    save_file(tensors, pathlib.Path(__file__).with_name("autoencoder.safetensors"), metadata=metadata)
    print(f"{len(metadata)} cases, PyTorch {torch.__version__}")


main()
