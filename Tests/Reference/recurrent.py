#!/usr/bin/env python3
"""Writes recurrent.safetensors: what PyTorch's nn.RNN, nn.LSTM and nn.GRU make of the same sequences.

    pip install torch numpy safetensors;  python3 Tests/Reference/recurrent.py

As pytorch.py, with layers of sequences [batch, time, features]. PyTorch's own modules compute; they keep Wᵀ and Uᵀ and two
biases, of which the second stays 0 (but for what a GRU's reset gate works on). An LSTM without forget gate is nn.LSTM with
the forget gate's weights 0 and its bias 100, none of which learn. Truncated means that a sequence is given in pieces, the
state handed on without its gradient. Everything is computed in float64 and stored in float32.
"""
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
STEPS, SAMPLES, TIME, FEATURES, OUTPUTS = 20, 5, 6, 3, 3


class Recurrent:
    """rnn, lstm or gru, with our tensors' names and layout."""

    def __init__(self, words, inputs):
        kind, units, *rest = words
        self.kind, self.units = kind, int(units)
        options = {rest[i][2:]: rest[i + 1] for i in range(len(rest)) if rest[i].startswith("--")}
        self.each = options.get("steps") == "each"
        self.truncate = int(options.get("truncate", 0))
        self.forget = options.get("forget", "yes") == "yes"
        if kind == "rnn":
            self.module = nn.RNN(inputs, self.units, nonlinearity="relu" if "relu" in rest else "tanh", batch_first=True)
        else:
            self.module = (nn.LSTM if kind == "lstm" else nn.GRU)(inputs, self.units, batch_first=True)
        n = self.units
        self.masks = {k: torch.ones_like(p) for k, p in self.module.named_parameters()}
        self.masks["bias_hh_l0"][:] = 0
        with torch.no_grad():
            for p in self.module.parameters():
                p.copy_(torch.randn_like(p) * 0.5)
            if kind == "gru":
                self.masks["bias_hh_l0"][2 * n :] = 1
                self.module.bias_hh_l0[: 2 * n] = 0
            else:
                self.module.bias_hh_l0[:] = 0
            if not self.forget:
                for k, p in self.module.named_parameters():
                    p[n : 2 * n] = 100 if k == "bias_ih_l0" else 0
                    self.masks[k][n : 2 * n] = 0

    def mask_gradients(self):
        for k, p in self.module.named_parameters():
            p.grad *= self.masks[k]

    def ours(self, get):
        """Our parameters from PyTorch's, of their values or their gradients."""
        n = self.units

        def gates(p):
            return p if self.forget else torch.cat([p[:n], p[2 * n :]])

        m = self.module
        result = {"weight": gates(get(m.weight_ih_l0)).T, "recurrent": gates(get(m.weight_hh_l0)).T, "bias": gates(get(m.bias_ih_l0))}
        if self.kind == "gru":
            result["recurrent-bias"] = get(m.bias_hh_l0)[2 * n :]
        return result

    def __call__(self, x):
        outputs, state = [], None
        for piece in x.split(self.truncate or x.shape[1], dim=1):
            if state is not None:
                state = tuple(s.detach() for s in state) if self.kind == "lstm" else state.detach()
            output, state = self.module(piece, state)
            outputs.append(output)
        h = torch.cat(outputs, 1)
        return h if self.each else h[:, -1]


class Dense:
    def __init__(self, words, inputs):
        self.each = "each" in words
        self.module = nn.Linear(inputs, int(words[1]))
        self.function = torch.tanh if "tanh" in words else lambda z: z

    def mask_gradients(self):
        pass

    def ours(self, get):
        return {"weight": get(self.module.weight).T, "bias": get(self.module.bias)}

    def __call__(self, x):
        return self.function(self.module(x if self.each else x.flatten(1)))


def network(text):
    layers, shape = [], (TIME, FEATURES)
    for words in (part.split() for part in text.split("|")):
        recurrent = words[0] != "dense"
        each = "each" in words
        inputs = shape[1] if recurrent or each else int(np.prod(shape))
        layers.append((Recurrent if recurrent else Dense)(words, inputs))
        shape = (TIME, int(words[1])) if each else (int(words[1]),)
    return layers


def cases():
    for cell in ("rnn 4", "rnn 4 relu", "lstm 4", "lstm 4 --forget no", "gru 4"):
        yield f"{cell}, last state", f"{cell}|dense 3 softmax", {}
        yield f"{cell}, each state", f"{cell} --steps each|dense 3 softmax", {"momentum": "0.9"}
        yield f"{cell}, classes at each step", f"{cell} --steps each|dense 3 softmax --steps each", {"optimizer": "adam"}
        yield f"{cell}, truncated", f"{cell} --steps each --truncate 2|dense 3 softmax --steps each", {}
    yield "stacked", "dense 4 tanh --steps each|rnn 5 --steps each|lstm 4 --steps each|gru 4|dense 3 softmax", {"clip": "0.2"}


def main():
    torch.manual_seed(3)
    tensors, metadata = {}, {}
    for number, (name, text, extra) in enumerate(cases()):
        layers = network(text)
        parameters = [p for layer in layers for p in layer.module.parameters()]
        x = torch.randn(SAMPLES, TIME, FEATURES).float().double()
        key = f"case{number:02d}"
        rate = 0.02 if "optimizer" in extra else 0.1
        settings = dict(layers=text, loss="cross-entropy", rate=str(rate), **extra)
        metadata[key] = name + ";" + ";".join(f"{k}={v}" for k, v in settings.items())

        def put(path, value):
            tensors[f"{key}/{path}"] = np.ascontiguousarray(value.detach().numpy().astype(np.float32))

        def put_all(path, get):
            for n, layer in enumerate(layers, 1):
                for k, v in layer.ours(get).items():
                    put(f"{path}/layer{n}.{k}", v)

        put("x", x)
        if layers[-1].each:
            # Sequences of different lengths, and steps in between at which nothing is asked.
            labels = torch.randint(OUTPUTS, (SAMPLES, TIME))
            labels[1, 4:] = labels[2, :3] = labels[4, 1] = -1
            put("labels", labels)
        else:
            labels = torch.randint(OUTPUTS, (SAMPLES,))
            put("t", F.one_hot(labels, OUTPUTS))
        # Our float32 begins with these numbers, so PyTorch must as well.
        with torch.no_grad():
            for p in parameters:
                p.copy_(p.float().double())
        put_all("before", lambda p: p)
        if "optimizer" in extra:
            optimizer = torch.optim.Adam(parameters, rate)
        else:
            optimizer = torch.optim.SGD(parameters, rate, momentum=float(extra.get("momentum", 0)))
        losses = []
        for step in range(STEPS + 1):
            optimizer.zero_grad()
            h = x
            for layer in layers:
                h = layer(h)
            cost = F.cross_entropy(h.flatten(0, -2), labels.flatten(), ignore_index=-1)
            losses.append(cost.item())
            if step == STEPS:
                break
            cost.backward()
            for layer in layers:
                layer.mask_gradients()
            if step == 0:
                put_all("gradient", lambda p: p.grad)
            if "clip" in extra:
                nn.utils.clip_grad_norm_(parameters, float(extra["clip"]))
            optimizer.step()
        put_all("after", lambda p: p)
        tensors[f"{key}/loss"] = np.array([losses[0], losses[-1]], np.float32)
    save_file(tensors, pathlib.Path(__file__).with_name("recurrent.safetensors"), metadata=metadata)
    print(f"{len(metadata)} cases, PyTorch {torch.__version__}")


main()
