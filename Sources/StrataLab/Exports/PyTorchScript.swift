// The Python around a model's own lines: reading the files beside the script, asking the model, checking it against what
// Strata answered. The script finds its files by its own name, so the three may be moved and renamed together.
import StrataEngine

/// A script that builds a model in PyTorch, loads its weights, and answers or checks itself.
struct PyTorchScript {
  /// The model's class.
  var module: PyTorchModule
  /// The shape of one input sample.
  var inputShape: Shape
  /// The range of the training inputs, before they were standardised.
  var inputRange: ClosedRange<Scalar>?
  var isStandardised: Bool
  /// The names of the classes, where the answers are probabilities of them.
  var classNames: [String]
  /// What the data are called, and how far the model had learned.
  var dataName: String
  var step: Int

  /// Names of what stands in the weights' file beside the parameters.
  static let inputMean = "input.mean"
  static let inputDeviation = "input.deviation"
  static let inputNames = [inputMean, inputDeviation]
  /// How far an answer may differ from Strata's, as a part of the largest or, below one, as it is.
  static let tolerance = "1e-4"

  /// The whole script.
  var text: String {
    let shape = inputShape.dimensions.map(String.init).joined(separator: ", ")
    let range = inputRange.map { ", numbers from \($0.lowerBound) to \($0.upperBound) in the training data" } ?? ""
    var lines = ["#!/usr/bin/env python3", "\"\"\""]
    lines += module.about
    lines += [
      "Learned in Strata, step \(step), from the data \(PyTorchScript.plain(dataName)).", "",
      "    python3 THIS.py               checks the answers for the samples in THIS.samples.safetensors",
      "    python3 THIS.py INPUTS.npy    prints the answers for an array of shape [count, \(shape)]", "",
      "Inputs are as Strata reads them\(range).",
      isStandardised
        ? "They are standardised here, as they were for learning." : "They are taken as they are.",
      "The weights stand in THIS.safetensors, which Strata reads too: load weights THIS.safetensors",
      "Needs PyTorch, for INPUTS.npy also NumPy.", "\"\"\"",
      "import json", "import os", "import struct", "import sys", "", "import torch", "from torch import nn",
      "from torch.nn import functional", "", "CLASSES = [\(classNames.map(JSONText.string).joined(separator: ", "))]",
      "TOLERANCE = \(PyTorchScript.tolerance)", "", "",
    ]
    lines += classLines + ["", ""] + PyTorchScript.reader + ["", ""] + questionLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var classLines: [String] {
    let extents = ([1] + inputShape.dimensions).map(String.init).joined(separator: ", ")
    var lines = ["class Model(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    if isStandardised {
      lines += [
        "        # The mean and the deviation of each feature over the training data.",
        "        self.register_buffer(\"input_mean\", torch.zeros(\(extents)))",
        "        self.register_buffer(\"input_deviation\", torch.ones(\(extents)))",
      ]
    }
    lines += module.construction.map { "        " + $0 }
    lines += ["", "    def load(self, tensors):", "        \"\"\"Takes over the weights that Strata saved.\"\"\""]
    var loading = module.loading
    if isStandardised {
      loading.insert(
        "self.input_mean.copy_(tensors[\"\(PyTorchScript.inputMean)\"].reshape(\(extents)))", at: 0)
      loading.insert(
        "self.input_deviation.copy_(tensors[\"\(PyTorchScript.inputDeviation)\"].reshape(\(extents)))", at: 1)
    }
    if loading.contains(where: { $0.hasSuffix(".T)") }) {
      loading.insert("# Strata keeps weights as [in, out], PyTorch as [out, in].", at: 0)
    }
    lines +=
      loading.isEmpty ? ["        pass"] : ["        with torch.no_grad():"] + loading.map { "            " + $0 }
    lines += ["", "    def standardise(self, x):"]
    lines +=
      isStandardised
      ? [
        "        \"\"\"Each feature less its mean, over its deviation.\"\"\"",
        "        return (x - self.input_mean) / self.input_deviation",
      ] : ["        \"\"\"Inputs as they are: these data were not standardised.\"\"\"", "        return x"]
    lines += ["", "    def forward(self, x):", "        h = self.standardise(x)"]
    lines += module.computation.map { "        " + $0 } + ["        return h"]
    for method in module.methods { lines += [""] + method.map { $0.isEmpty ? "" : "    " + $0 } }
    lines += ["", "    def answers(self, x):", "        \"\"\"Everything that is asked of the model, by name.\"\"\""]
    lines += ["        return {"]
    lines += module.answers.map { "            \(JSONText.string($0.name)): \($0.expression)," }
    return lines + ["        }"]
  }

  private static let reader = """
    def read_safetensors(path):
        \"""The tensors of a file by their names; with the package safetensors where it is installed.\"""
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
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  private var questionLines: [String] {
    let shape = inputShape.dimensions.map(String.init).joined(separator: ", ")
    return """
      def read_npy(path):
          \"""The inputs in a NumPy file.\"""
          try:
              from numpy import load
          except ImportError:
              sys.exit("reading .npy needs NumPy: pip install numpy")
          inputs = torch.from_numpy(load(path).astype("float32"))
          if inputs.dim() == 0 or list(inputs.shape[1:]) != [\(shape)]:
              sys.exit(f"{path} has the shape {list(inputs.shape)}; [count, \(shape)] was expected")
          return inputs


      def show(answers):
          \"""Prints the answers, a row a sample.\"""
          for name, numbers in answers.items():
              print(f"{name}:")
              for row in numbers.flatten(1):
                  text = " ".join(f"{number:.6g}" for number in row.tolist())
                  known = len(CLASSES) == len(row) and (name == "outputs" or name.startswith("classes"))
                  print(f"  {text}" + (f"   {CLASSES[int(row.argmax())]}" if known else ""))


      def check(answers, samples):
          \"""Compares the answers with Strata's own. Returns the exit status.\"""
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
      """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// A name that may stand in the script's own description, whatever it is made of.
  private static func plain(_ text: String) -> String {
    String(text.safe.map { "\"\\".contains($0) ? "'" : $0 })
  }
}
