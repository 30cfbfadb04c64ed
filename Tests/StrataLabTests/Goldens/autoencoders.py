#!/usr/bin/env python3
"""
A stack of 3 autoencoders: the code of each is the input of the next.
Learned in Strata, step 10, from the data digits.

    python3 THIS.py               checks the answers for the samples in THIS.samples.safetensors
    python3 THIS.py INPUTS.npy    prints the answers for an array of shape [count, 8, 8]

Inputs are as Strata reads them, numbers from 0.0 to 1.0 in the training data.
They are taken as they are.
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

CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
TOLERANCE = 1e-4


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # Level 1: 64 numbers below, a code of 20 above; W is [below, above].
        self.W1 = nn.Parameter(torch.zeros(64, 20))
        self.c1 = nn.Parameter(torch.zeros(20))
        self.b1 = nn.Parameter(torch.zeros(64))
        # Level 2: 20 numbers below, a code of 12 above; W is [below, above].
        self.W2 = nn.Parameter(torch.zeros(20, 12))
        self.c2 = nn.Parameter(torch.zeros(12))
        self.b2 = nn.Parameter(torch.zeros(20))
        # Level 3: 12 numbers below, a code of 4 above; W is [below, above].
        self.W3 = nn.Parameter(torch.zeros(12, 4))
        self.c3 = nn.Parameter(torch.zeros(4))
        self.b3 = nn.Parameter(torch.zeros(12))
        self.V3 = nn.Parameter(torch.zeros(4, 12))

    def load(self, tensors):
        """Takes over the weights that Strata saved."""
        with torch.no_grad():
            self.W1.copy_(tensors["level1.weight"])
            self.c1.copy_(tensors["level1.hidden.bias"])
            self.b1.copy_(tensors["level1.visible.bias"])
            self.W2.copy_(tensors["level2.weight"])
            self.c2.copy_(tensors["level2.hidden.bias"])
            self.b2.copy_(tensors["level2.visible.bias"])
            self.W3.copy_(tensors["level3.weight"])
            self.c3.copy_(tensors["level3.hidden.bias"])
            self.b3.copy_(tensors["level3.visible.bias"])
            self.V3.copy_(tensors["level3.generative.weight"])

    def standardise(self, x):
        """Inputs as they are: these data were not standardised."""
        return x

    def forward(self, x):
        h = self.standardise(x)
        h = h.flatten(1)
        h = h @ self.W1 + self.c1
        h = torch.relu(h)
        h = h @ self.W2 + self.c2
        h = torch.sigmoid(h)
        h = h @ self.W3 + self.c3
        h = torch.softmax(h, dim=-1)
        return h

    def reconstruction(self, x):
        """What comes back of the inputs."""
        h = self(x)
        h = h @ self.V3 + self.b3
        h = torch.sigmoid(h)
        h = h @ self.W2.T + self.b2
        h = h
        h = h @ self.W1.T + self.b1
        h = torch.sigmoid(h)
        return h

    def answers(self, x):
        """Everything that is asked of the model, by name."""
        return {
            "code": self(x),
            "reconstruction": self.reconstruction(x),
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
    if inputs.dim() == 0 or list(inputs.shape[1:]) != [8, 8]:
        sys.exit(f"{path} has the shape {list(inputs.shape)}; [count, 8, 8] was expected")
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
