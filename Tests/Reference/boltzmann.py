#!/usr/bin/env python3
"""Writes boltzmann.safetensors: what NumPy makes of the learners of Boltzmann machines, with the engine's own draws.

    pip install numpy safetensors
    STRATA_STATES=states.safetensors swift test -c release --filter BoltzmannReferenceTests
    python3 Tests/Reference/boltzmann.py states.safetensors

The states file has, for each CASE (its words are in the metadata),
    CASE/x  CASE/y                data and one-hot labels
    CASE/before/NAME              the parameters to begin with
    CASE/INSTRUCTION/NAME         states that the engine drew at an instruction, counted from 0
From these, this script goes through the algorithms, one instruction after another, and adds all other tensors that each
writes. Nothing is drawn here. Computed in float64, stored in float32.
Sources: Hinton 2002, 2010 (cd), Tieleman 2008 (pcd), Hinton, Osindero, Teh 2006, appendix B (updown), Hinton, Dayan,
Frey, Neal 1995 (wakesleep).
"""
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class Case:
    """One learner's run: its words, what is given, and what is found."""

    def __init__(self, key, words, given):
        self.key, self.given, self.found, self.instruction = key, given, {}, 0
        self.words = dict(pair.split("=") for pair in words.split(";"))
        self.x, self.y = given[f"{key}/x"], given[f"{key}/y"]
        prefix = f"{key}/before/"
        self.p = {name[len(prefix):]: value for name, value in given.items() if name.startswith(prefix)}

    def number(self, key, otherwise=0.0):
        return float(self.words.get(key, otherwise))

    def drawn(self, name):
        """The states that the engine drew at this instruction."""
        return self.given[f"{self.key}/{self.instruction}/{name}"]

    def line(self, **written):
        """Ends an instruction that wrote these; `__` stands for a point in a name."""
        self.lines({name.replace("__", "."): value for name, value in written.items()})

    def lines(self, written):
        for name, value in written.items():
            self.found[f"{self.key}/{self.instruction}/{name}"] = np.array(value, dtype=np.float32)
        self.instruction += 1


def boltzmann(c):
    """Contrastive divergence and persistent chains of one machine."""
    W, b, h_bias = (c.p[f"level1.{n}"] for n in ("weight", "visible.bias", "hidden.bias"))
    labelled = "level1.label.weight" in c.p
    U, d = (c.p["level1.label.weight"], c.p["level1.label.bias"]) if labelled else (None, None)
    gaussian, rectified = c.words["visible-units"] == "gaussian", c.words["hidden-units"] == "rectified"
    persistent, k = c.words["learner"] == "pcd", int(c.words["k"])
    draws = c.words.get("visible") == "sample"
    rate, decay = c.number("rate", 0.1), c.number("decay")
    first, _, rest = c.words["momentum"].partition(":")
    later, _, change = rest.partition("@")
    increments = None
    chain = None

    def up(v, y):
        z = v @ W + h_bias + (y @ U if labelled else 0)
        return np.logaddexp(0, z) if rectified else sigmoid(z)

    def down(h):
        z = h @ W.T + b
        return z if gaussian else sigmoid(z)

    for step in range(int(c.words["steps"])):
        v0, y0 = c.x, c.y
        c.lines({"v0": v0, **({"labels0": y0} if labelled else {})})
        h0, h0s = up(v0, y0), c.drawn("h0.sample")
        c.lines({"h0": h0, "h0.sample": h0s})
        v1, h1s = None, None
        if persistent:
            v1 = down(h0s)
            c.line(v1=v1)
            if chain is None:
                chain = np.array([h0s[row % len(h0s)] for row in range(int(c.words["particles"]))])
        for turn in range(1, k + 1):
            if k > 1:
                c.line(turn=turn)
            if persistent:
                written = {"particles.visible": down(chain), "particles.visible.sample": c.drawn("particles.visible.sample")}
                vn, yn = written["particles.visible.sample"], None
                if labelled:
                    yn = c.drawn("particles.labels.sample")
                    written |= {"particles.labels": softmax(chain @ U.T + d), "particles.labels.sample": yn}
                c.lines(written)
                hn, chain = up(vn, yn), c.drawn("particles.hidden.sample")
                c.lines({"particles.hidden": hn, "particles.hidden.sample": chain})
            else:
                source = h0s if turn == 1 else h1s
                v1, yn = down(source), softmax(source @ U.T + d) if labelled else None
                vn = c.drawn("v1.sample") if draws else v1
                c.lines({"v1": v1, **({"v1.sample": vn} if draws else {}), **({"labels1": yn} if labelled else {})})
                hn = up(vn, yn)
                if k > 1:
                    h1s = c.drawn("h1.sample")
                c.lines({"h1": hn, **({"h1.sample": h1s} if k > 1 else {})})
        if k > 1:
            c.line(turn=0)
        momentum = float(first) if not later or step < float(change) else float(later)
        m, n = len(v0), len(vn)
        gradient = {
            "weight": v0.T @ h0 / m - vn.T @ hn / n - decay * W,
            "visible.bias": v0.mean(0) - vn.mean(0),
            "hidden.bias": h0.mean(0) - hn.mean(0),
        }
        if "sparsity" in c.words:
            gradient["hidden.bias"] = gradient["hidden.bias"] + c.number("sparsity-cost") * (c.number("sparsity") - h0.mean(0))
        if labelled:
            gradient["label.weight"] = y0.T @ h0 / m - yn.T @ hn / n - decay * U
            gradient["label.bias"] = y0.mean(0) - yn.mean(0)
        old = increments or {name: 0 for name in gradient}
        increments = {name: momentum * old[name] + rate * g for name, g in gradient.items()}
        c.lines({
            **{f"level1.{name}.increment": value for name, value in increments.items()},
            "activity": h0.mean(0), "difference": v0 - v1,
        })
        W, b, h_bias = W + increments["weight"], b + increments["visible.bias"], h_bias + increments["hidden.bias"]
        after = {"level1.weight": W, "level1.visible.bias": b, "level1.hidden.bias": h_bias}
        if labelled:
            U, d = U + increments["label.weight"], d + increments["label.bias"]
            after |= {"level1.label.weight": U, "level1.label.bias": d}
        c.lines(after)


def updown(c):
    """Appendix B of Hinton, Osindero, Teh 2006, generalised to any number of layers below the memory."""
    p = dict(c.p)
    labelled = any(name.endswith("label.weight") for name in p)
    top = max(int(name[5]) for name in p) - 1
    signs = {1: ["vis", "pen"], 2: ["vis", "hid", "pen"]}[top]
    pen, memory = signs[top], f"level{top + 1}"
    r = c.number("rate", 0.1) / len(c.x)

    def recognise(i, states):
        return sigmoid(states @ p[f"level{i + 1}.recognition.weight"] + p[f"level{i + 1}.recognition.bias"])

    def generate(i, states):
        return sigmoid(states @ p[f"level{i + 1}.generative.weight"] + p[f"level{i + 1}.generative.bias"])

    def memory_top(states, labels):
        z = states @ p[f"{memory}.weight"] + p[f"{memory}.hidden.bias"]
        return sigmoid(z + (labels @ p[f"{memory}.label.weight"] if labelled else 0))

    for _ in range(int(c.words["steps"])):
        wake = [c.x]
        targets = c.y
        c.lines({"wake.vis": c.x, **({"targets": targets} if labelled else {})})
        for i in range(top):
            states = c.drawn(f"wake.{signs[i + 1]}")
            c.lines({f"wake.{signs[i + 1]}.probability": recognise(i, wake[i]), f"wake.{signs[i + 1]}": states})
            wake.append(states)
        waketop = c.drawn("wake.top")
        c.lines({"wake.top.probability": memory_top(wake[top], targets), "wake.top": waketop, "neg.top": waketop})
        statistics = wake[top].T @ waketop
        labstatistics = targets.T @ waketop
        c.lines({"memory.statistics": statistics, **({"label.statistics": labstatistics} if labelled else {})})
        negtop, neglab = waketop, None
        for iteration in range(int(c.words["gibbs"])):
            c.line(iter=iteration + 1)
            negpenprobs = sigmoid(negtop @ p[f"{memory}.weight"].T + p[f"{memory}.visible.bias"])
            negpen = c.drawn(f"neg.{pen}")
            written = {f"neg.{pen}": negpen, f"neg.{pen}.probability": negpenprobs}
            if labelled:
                neglab = softmax(negtop @ p[f"{memory}.label.weight"].T + p[f"{memory}.label.bias"])
                written["neg.labels"] = neglab
            c.lines(written)
            negtopprobs, negtop = memory_top(negpen, neglab), c.drawn("neg.top")
            c.lines({"neg.top": negtop, "neg.top.probability": negtopprobs})
        c.line(iter=0)
        statistics = statistics - negpen.T @ negtop
        if labelled:
            labstatistics = labstatistics - neglab.T @ negtop
        c.lines({"memory.statistics": statistics, **({"label.statistics": labstatistics} if labelled else {})})
        sleep = {top: negpen}
        for i in reversed(range(top)):
            probabilities = generate(i, sleep[i + 1])
            sleep[i] = c.drawn(f"sleep.{signs[i]}") if i > 0 else probabilities
            written = {f"sleep.{signs[i]}": sleep[i]}
            if i > 0:
                written[f"sleep.{signs[i]}.probability"] = probabilities
            if i == top - 1:
                written[f"sleep.{pen}"] = negpen
            c.lines(written)
        psleep = {}
        for i in reversed(range(top)):
            psleep[i + 1] = recognise(i, sleep[i])
            c.lines({f"psleep.{signs[i + 1]}": psleep[i + 1]})
        pwake = {}
        for i in range(top):
            pwake[i] = generate(i, wake[i + 1])
            c.lines({f"pwake.{signs[i]}": pwake[i]})
        for i in range(top):
            error = wake[i] - pwake[i]
            w, bias = f"level{i + 1}.generative.weight", f"level{i + 1}.generative.bias"
            p[w], p[bias] = p[w] + r * wake[i + 1].T @ error, p[bias] + r * error.sum(0)
            c.lines({w: p[w], bias: p[bias], f"wake.{signs[i]}.error": error})
        changes = {
            "weight": statistics, "visible.bias": (wake[top] - negpen).sum(0), "hidden.bias": (waketop - negtop).sum(0),
        }
        if labelled:
            changes |= {"label.weight": labstatistics, "label.bias": (targets - neglab).sum(0)}
        for name, change in changes.items():
            p[f"{memory}.{name}"] = p[f"{memory}.{name}"] + r * change
        c.lines({f"{memory}.{name}": p[f"{memory}.{name}"] for name in changes})
        for i in reversed(range(top)):
            error = sleep[i + 1] - psleep[i + 1]
            w, bias = f"level{i + 1}.recognition.weight", f"level{i + 1}.recognition.bias"
            p[w], p[bias] = p[w] + r * sleep[i].T @ error, p[bias] + r * error.sum(0)
            c.lines({w: p[w], bias: p[bias], f"sleep.{signs[i + 1]}.error": error})


def wakesleep(c):
    """Wake-sleep of a machine with two hidden layers."""
    p, signs, depth = dict(c.p), ["vis", "hid", "top"], 2
    rates = [c.number("rate", 0.1) / len(c.x)] + [c.number("upper") / len(c.x)] * depth

    def recognise(i, states):
        return sigmoid(states @ p[f"level{i + 1}.recognition.weight"] + p[f"level{i + 1}.recognition.bias"])

    def generate(i, states):
        return sigmoid(states @ p[f"level{i + 1}.generative.weight"] + p[f"level{i + 1}.generative.bias"])

    for _ in range(int(c.words["steps"])):
        wake = [c.x]
        c.lines({"wake.vis": c.x})
        for i in range(depth):
            wake.append(c.drawn(f"wake.{signs[i + 1]}"))
            c.lines({f"wake.{signs[i + 1]}": wake[-1], f"wake.{signs[i + 1]}.probability": recognise(i, wake[i])})
        predictions = [generate(i, wake[i + 1]) for i in range(depth)] + [np.tile(sigmoid(p["top.bias"]), (len(c.x), 1))]
        for sign, prediction in zip(signs, predictions):
            c.lines({f"pwake.{sign}": prediction})
        written = {}
        for i, prediction in enumerate(predictions):
            error = wake[i] - prediction
            written[f"wake.{signs[i]}.error"] = error
            bias = f"level{i + 1}.generative.bias" if i < depth else "top.bias"
            p[bias] = written[bias] = p[bias] + rates[i] * error.sum(0)
            if i < depth:
                w = f"level{i + 1}.generative.weight"
                p[w] = written[w] = p[w] + rates[i] * wake[i + 1].T @ error
        c.lines(written)
        sleep = {depth: c.drawn("sleep.top")}
        c.lines({"sleep.top": sleep[depth], "sleep.top.probability": np.tile(sigmoid(p["top.bias"]), (len(c.x), 1))})
        for i in reversed(range(depth)):
            sleep[i] = c.drawn(f"sleep.{signs[i]}")
            c.lines({f"sleep.{signs[i]}": sleep[i], f"sleep.{signs[i]}.probability": generate(i, sleep[i + 1])})
        guesses = [recognise(i, sleep[i]) for i in range(depth)]
        for i, guess in enumerate(guesses):
            c.lines({f"psleep.{signs[i + 1]}": guess})
        written = {}
        for i, guess in enumerate(guesses):
            error = sleep[i + 1] - guess
            w, bias = f"level{i + 1}.recognition.weight", f"level{i + 1}.recognition.bias"
            p[w] = written[w] = p[w] + rates[i] * sleep[i].T @ error
            p[bias] = written[bias] = p[bias] + rates[i] * error.sum(0)
            written[f"sleep.{signs[i + 1]}.error"] = error
        c.lines(written)


def main():
    with safe_open(sys.argv[1], "numpy") as file:
        words = file.metadata()
        given = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
    tensors = {name: value.astype(np.float32) for name, value in given.items()}
    for key in sorted(words):
        case = Case(key, words[key], given)
        {"cd": boltzmann, "pcd": boltzmann, "updown": updown, "wakesleep": wakesleep}[case.words["learner"]](case)
        # The engine's own draws stay as they came.
        tensors = {**case.found, **tensors}
    path = pathlib.Path(__file__).with_name("boltzmann.safetensors")
    save_file({name: np.array(value, order="C") for name, value in tensors.items()}, path, metadata=words)
    print(f"{len(words)} cases, {len(tensors)} tensors, {path.stat().st_size} bytes, NumPy {np.__version__}")


main()
