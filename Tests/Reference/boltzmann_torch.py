#!/usr/bin/env python3
"""Holds boltzmann.safetensors against PyTorch: a CD-1 step by its arithmetic and by automatic differentiation, and an
up-down step line by line, all with the states that the engine drew.

    pip install torch safetensors
    python3 Tests/Reference/boltzmann_torch.py

The file is what the tests compare the learners with; so what is true of it here is true of them. CD-1's update is the
derivative of F(v1) - F(v0), the free energies of the mini-batch and of what came back, with v1 held (Hinton 2002).
"""
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

T = load_file(pathlib.Path(__file__).with_name("boltzmann.safetensors"))
TOLERANCE = 1e-5
worst = 0.0


def agree(name, found):
    global worst
    difference = (T[name] - found).abs().max().item() / max(T[name].abs().max().item(), 1e-2)
    worst = max(worst, difference)
    assert difference <= TOLERANCE, f"{name}: {difference}"


def free_energy(v, W, b, c):
    return -(v @ b) - F.softplus(v @ W + c).sum(1)


def cd1():
    W, b, c = (T[f"cd1/before/level1.{n}"].clone().requires_grad_() for n in ("weight", "visible.bias", "hidden.bias"))
    rate, momentum, decay = 0.1, 0.5, 0.01
    increments = None
    for first in (0, 6):
        with torch.no_grad():
            v0 = T[f"cd1/{first}/v0"]
            h0 = torch.sigmoid(torch.addmm(c, v0, W))
            v1 = torch.sigmoid(torch.addmm(b, T[f"cd1/{first + 1}/h0.sample"], W.t()))
            h1 = torch.sigmoid(torch.addmm(c, v1, W))
            agree(f"cd1/{first + 1}/h0", h0)
            agree(f"cd1/{first + 2}/v1", v1)
            agree(f"cd1/{first + 3}/h1", h1)
        objective = (free_energy(v1, W, b, c) - free_energy(v0, W, b, c)).mean()
        gradient = torch.autograd.grad(objective, (W, b, c))
        by_hand = ((v0.t() @ h0 - v1.t() @ h1) / len(v0), (v0 - v1).mean(0), (h0 - h1).mean(0))
        for automatic, manual in zip(gradient, by_hand):
            assert (automatic - manual).abs().max() < 1e-6
        with torch.no_grad():
            steps = [rate * g for g in gradient]
            steps[0] = steps[0] - rate * decay * W
            increments = steps if increments is None else [momentum * o + s for o, s in zip(increments, steps)]
            for parameter, increment, name in zip((W, b, c), increments, ("weight", "visible.bias", "hidden.bias")):
                agree(f"cd1/{first + 4}/level1.{name}.increment", increment)
                parameter += increment
                agree(f"cd1/{first + 5}/level1.{name}", parameter)


def updown():
    """Appendix B of Hinton, Osindero, Teh 2006 for 6-5-4 units, 3 labels, a memory of 6, and two iterations."""
    p = lambda name: T[f"updown/before/{name}"].clone()
    at = lambda line, name: T[f"updown/{line}/{name}"]
    vishid, hidrec = p("level1.recognition.weight"), p("level1.recognition.bias")
    hidpen, penrec = p("level2.recognition.weight"), p("level2.recognition.bias")
    hidvis, visgen = p("level1.generative.weight"), p("level1.generative.bias")
    penhid, hidgen = p("level2.generative.weight"), p("level2.generative.bias")
    pentop, pengen, topb = p("level3.weight"), p("level3.visible.bias"), p("level3.hidden.bias")
    labtop, labgen = p("level3.label.weight"), p("level3.label.bias")
    data, targets = at(0, "wake.vis"), at(0, "targets")
    r = 0.1 / len(data)

    agree("updown/1/wake.hid.probability", torch.sigmoid(torch.addmm(hidrec, data, vishid)))
    wakehid = at(1, "wake.hid")
    agree("updown/2/wake.pen.probability", torch.sigmoid(torch.addmm(penrec, wakehid, hidpen)))
    wakepen = at(2, "wake.pen")
    agree("updown/3/wake.top.probability", torch.sigmoid(wakepen @ pentop + targets @ labtop + topb))
    waketop = at(3, "wake.top")
    negtop = waketop
    for line in (6, 9):
        agree(f"updown/{line}/neg.pen.probability", torch.sigmoid(torch.addmm(pengen, negtop, pentop.t())))
        agree(f"updown/{line}/neg.labels", torch.softmax(torch.addmm(labgen, negtop, labtop.t()), 1))
        negpen, neglab = at(line, "neg.pen"), at(line, "neg.labels")
        agree(f"updown/{line + 1}/neg.top.probability", torch.sigmoid(negpen @ pentop + neglab @ labtop + topb))
        negtop = at(line + 1, "neg.top")
    agree("updown/13/sleep.hid.probability", torch.sigmoid(torch.addmm(hidgen, negpen, penhid)))
    sleephid = at(13, "sleep.hid")
    sleepvis = torch.sigmoid(torch.addmm(visgen, sleephid, hidvis))
    agree("updown/14/sleep.vis", sleepvis)
    psleeppen = torch.sigmoid(torch.addmm(penrec, sleephid, hidpen))
    psleephid = torch.sigmoid(torch.addmm(hidrec, sleepvis, vishid))
    pvis = torch.sigmoid(torch.addmm(visgen, wakehid, hidvis))
    phid = torch.sigmoid(torch.addmm(hidgen, wakepen, penhid))
    for line, name, found in (
        (15, "psleep.pen", psleeppen), (16, "psleep.hid", psleephid), (17, "pwake.vis", pvis), (18, "pwake.hid", phid),
        (19, "level1.generative.weight", hidvis + r * wakehid.t() @ (data - pvis)),
        (19, "level1.generative.bias", visgen + r * (data - pvis).sum(0)),
        (20, "level2.generative.weight", penhid + r * wakepen.t() @ (wakehid - phid)),
        (20, "level2.generative.bias", hidgen + r * (wakehid - phid).sum(0)),
        (21, "level3.weight", pentop + r * (wakepen.t() @ waketop - negpen.t() @ negtop)),
        (21, "level3.label.weight", labtop + r * (targets.t() @ waketop - neglab.t() @ negtop)),
        (21, "level3.label.bias", labgen + r * (targets - neglab).sum(0)),
        (21, "level3.visible.bias", pengen + r * (wakepen - negpen).sum(0)),
        (21, "level3.hidden.bias", topb + r * (waketop - negtop).sum(0)),
        (22, "level2.recognition.weight", hidpen + r * sleephid.t() @ (negpen - psleeppen)),
        (22, "level2.recognition.bias", penrec + r * (negpen - psleeppen).sum(0)),
        (23, "level1.recognition.weight", vishid + r * sleepvis.t() @ (sleephid - psleephid)),
        (23, "level1.recognition.bias", hidrec + r * (sleephid - psleephid).sum(0)),
    ):
        agree(f"updown/{line}/{name}", found)


cd1()
updown()
print(f"PyTorch {torch.__version__} agrees; the largest difference is {worst:.1e}")
