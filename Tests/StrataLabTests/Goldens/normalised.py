#!/usr/bin/env python3
"""
A network of 5 layers, from the input up.
Learned in Strata, step 30, from the data iris.

    python3 THIS.py               checks the answers for the samples in THIS.samples.safetensors
    python3 THIS.py INPUTS.npy    prints the answers for an array of shape [count, 4]

Inputs are as Strata reads them.
They are standardised here, as they were for learning.
The weights stand in THIS.safetensors, which Strata reads too: load weights THIS.safetensors
Needs PyTorch, for INPUTS.npy also NumPy.
"""
import json
import os
import struct
import sys

import torch
from torch import nn
from torch.nn import functional

CLASSES = ["setosa", "versicolor", "virginica"]
TOLERANCE = 1e-4


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # The mean and the deviation of each feature over the training data.
        self.register_buffer("input_mean", torch.zeros(1, 4))
        self.register_buffer("input_deviation", torch.ones(1, 4))
        # Layer 1, dense 9: every unit sees every input: h = f(x·W + b)
        self.dense1 = nn.Linear(4, 9)
        # Layer 2, batchnorm --epsilon 0.001: each feature to mean 0, variance 1 over the batch: h = γ(x − μ)/√(v + ε) + β
        self.batchnorm2 = nn.BatchNorm1d(9, eps=0.001, momentum=0.1)
        # Layer 4, dropout 0.3: drops each number with probability P while training: h = m ⊙ x
        self.dropout4 = nn.Dropout(0.3)
        # Layer 5, dense 3 softmax: every unit sees every input: h = f(x·W + b)
        self.dense5 = nn.Linear(9, 3)

    def load(self, tensors):
        """Takes over the weights that Strata saved."""
        with torch.no_grad():
            # Strata keeps weights as [in, out], PyTorch as [out, in].
            self.input_mean.copy_(tensors["input.mean"].reshape(1, 4))
            self.input_deviation.copy_(tensors["input.deviation"].reshape(1, 4))
            self.dense1.weight.copy_(tensors["layer1.weight"].T)
            self.dense1.bias.copy_(tensors["layer1.bias"])
            self.batchnorm2.weight.copy_(tensors["layer2.scale"])
            self.batchnorm2.bias.copy_(tensors["layer2.shift"])
            self.batchnorm2.running_mean.copy_(tensors["layer2.running.mean"])
            self.batchnorm2.running_var.copy_(tensors["layer2.running.variance"])
            self.dense5.weight.copy_(tensors["layer5.weight"].T)
            self.dense5.bias.copy_(tensors["layer5.bias"])

    def standardise(self, x):
        """Each feature less its mean, over its deviation."""
        return (x - self.input_mean) / self.input_deviation

    def forward(self, x):
        h = self.standardise(x)
        # Layer 1, dense 9: every unit sees every input: h = f(x·W + b)
        h = self.dense1(h)
        # Layer 2, batchnorm --epsilon 0.001: each feature to mean 0, variance 1 over the batch: h = γ(x − μ)/√(v + ε) + β
        h = self.batchnorm2(h)
        # Layer 3, activation leaky-relu: a function of every number on its own: h = f(x)
        h = functional.leaky_relu(h, 0.01)
        # Layer 4, dropout 0.3: drops each number with probability P while training: h = m ⊙ x
        h = self.dropout4(h)
        # Layer 5, dense 3 softmax: every unit sees every input: h = f(x·W + b)
        h = torch.softmax(self.dense5(h), dim=-1)
        return h

    def answers(self, x):
        """Everything that is asked of the model, by name."""
        return {
            "outputs": self(x),
        }


def read_safetensors(path):
    """The tensors of a file by their names; with the package safetensors where it is installed."""
    try:
        from safetensors.torch import load_file
    except ImportError:
        load_file = None
    if load_file:
        return load_file(path)
    # The format: the length of the header, the header as JSON, then the numbers, here all of 32 bits.
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        numbers = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = torch.frombuffer(bytearray(numbers[begin:end]), dtype=torch.float32)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


def read_npy(path):
    """The inputs in a NumPy file."""
    try:
        from numpy import load
    except ImportError:
        sys.exit("reading .npy needs NumPy: pip install numpy")
    inputs = torch.from_numpy(load(path).astype("float32"))
    if inputs.dim() == 0 or list(inputs.shape[1:]) != [4]:
        sys.exit(f"{path} has the shape {list(inputs.shape)}; [count, 4] was expected")
    return inputs


def show(answers):
    """Prints the answers, a row a sample."""
    for name, numbers in answers.items():
        print(f"{name}:")
        for row in numbers.flatten(1):
            text = " ".join(f"{number:.6g}" for number in row.tolist())
            known = len(CLASSES) == len(row) and (name == "outputs" or name.startswith("classes"))
            print(f"  {text}" + (f"   {CLASSES[int(row.argmax())]}" if known else ""))


def check(answers, samples):
    """Compares the answers with Strata's own. Returns the exit status."""
    status = 0
    for name, numbers in answers.items():
        expected = samples["answers." + name]
        difference = float((numbers - expected).abs().max())
        allowed = TOLERANCE * max(1.0, float(expected.abs().max()))
        # Written so that a difference that is no number fails.
        agrees = difference <= allowed
        print(f"{name}: {len(numbers)} samples, largest difference {difference:.3g}, allowed {allowed:.3g}: "
              + ("agrees" if agrees else "DIFFERS"))
        status = status if agrees else 1
    return status


def main():
    base = os.path.splitext(os.path.abspath(__file__))[0]
    model = Model()
    model.load(read_safetensors(base + ".safetensors"))
    # Asked, not trained: dropout drops nothing, batch normalisation uses what it learned.
    model.eval()
    with torch.no_grad():
        if len(sys.argv) > 1:
            show(model.answers(read_npy(sys.argv[1])))
            return 0
        samples = read_safetensors(base + ".samples.safetensors")
        return check(model.answers(samples["inputs"]), samples)


if __name__ == "__main__":
    sys.exit(main())
