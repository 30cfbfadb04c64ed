// Models as scripts for PyTorch: the text, the files beside it, and, where Python and PyTorch are installed, what the
// scripts say when they are run.
import Foundation
import StrataData
import StrataEngine
import StrataLab
import Testing

/// Python with PyTorch and NumPy, if this machine has them.
private enum Python {
  static let hasTorch = (try? run("import torch, numpy", [])).map { $0.status == 0 } ?? false

  /// Runs a program given as text. Returns its exit status and all that it said.
  static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Runs scripts one after the other in one Python, since importing PyTorch takes seconds. Arguments are script,
  /// argument or nothing, and whether the package safetensors may be used; a line `status N` ends what each says.
  static let runner = """
    import runpy, sys
    jobs = sys.argv[1:]
    for script, argument, library in zip(jobs[0::3], jobs[1::3], jobs[2::3]):
        if library == "without":
            sys.modules["safetensors"] = None
            sys.modules["safetensors.torch"] = None
        sys.argv = [script] + ([argument] if argument else [])
        try:
            runpy.run_path(script, run_name="__main__")
            status = 0
        except SystemExit as end:
            status = end.code
        print(f"status {status}")
    """
}

/// A model for the scripts, by a name.
private struct Exported: Sendable {
  let name: String
  let lines: [String]

  static let all: [Exported] =
    [
      Exported(
        name: "every-activation",
        lines: ["data iris"]
          + Activation.allCases.filter { $0 != .step && $0 != .softmax }.map { "add dense 7 \($0.rawValue)" }
          + ["add activation softmax", "add dense 5 --bias no", "add dense 3 softmax", "set rate 0.01", "run 20"]),
      Exported(name: "threshold", lines: ["data or", "add dense 1 step", "run 5"]),
      Exported(
        name: "normalised",
        lines: [
          "data iris --standardize", "add dense 9", "add batchnorm --epsilon 0.001", "add activation leaky-relu",
          "add dropout 0.3",
          "add dense 3 softmax", "run 30",
        ]),
      Exported(
        name: "pictures",
        lines: [
          "data digits", "add batchnorm", "add activation softmax", "add dropout 0.1", "add dense 12 gelu",
          "add dense 10 softmax", "run 30",
        ]),
      Exported(
        name: "convolutions",
        lines: [
          "data digits", "add conv 6 3x2 relu --padding 1", "add batchnorm", "add maxpool 2x2",
          "add conv 8 2x2 tanh --stride 2 --padding 1 --bias no", "add l2pool 1x3", "add avgpool 2x1",
          "add dense 10 softmax", "run 30",
        ]),
      Exported(
        name: "sequences",
        lines: [
          "data digits", "add rnn 6 --steps each", "add rnn 5 gelu --steps each", "add lstm 6 --steps each",
          "add lstm 5 --forget no --steps each", "add gru 6 --steps each", "add dense 7 tanh --steps each",
          "add rnn 5 relu --steps each", "add activation softmax", "add dense 10 softmax", "run 30",
        ]),
      Exported(
        name: "last-states",
        lines: [
          "data digits", "add rnn 7 --steps each", "add gru 7 --steps each", "add lstm 7 --forget no --steps each",
          "add rnn 6 sigmoid", "add dense 10 softmax", "run 30",
        ]),
      Exported(
        name: "last-cell", lines: ["data digits", "add lstm 7 --forget-bias 2", "add dense 10 softmax", "run 30"]),
      Exported(name: "regression", lines: ["data x^2", "add dense 8 tanh", "add dense 1", "run 50"]),
      Exported(name: "rbm", lines: ["data digits", "rbm 20", "run 30"]),
      Exported(name: "rbm-labels", lines: ["data digits", "rbm 20 --labels", "run 30"]),
      Exported(name: "rbm-gaussian", lines: ["data iris", "rbm 6", "run 20"]),
      Exported(name: "rbm-rectified", lines: ["data digits", "rbm 12 --hidden rectified", "run 10"]),
      Exported(
        name: "dbn", lines: ["data digits", "rbm 16", "stack rbm 12", "stack rbm 20 --labels", "run 10"]),
      Exported(
        name: "dbn-untied",
        lines: [
          "data digits", "rbm 16", "stack rbm 12", "stack rbm 20 --labels", "run 5", "learn updown", "run 10",
        ]),
      Exported(name: "crbm", lines: ["data digits", "crbm 6 3x3 --pool 3x2", "run 10"]),
      Exported(name: "crbm-gaussian", lines: ["data digits --standardize", "crbm 4 5x5 --pool 1", "run 10"]),
      Exported(name: "cdbn", lines: ["data digits", "crbm 6 3x3", "stack crbm 5 2x2", "run 10"]),
      Exported(
        name: "unrolled", lines: ["data digits", "crbm 6 3x3", "stack crbm 5 2x2", "run 5", "unroll", "run 10"]),
      Exported(
        name: "autoencoder", lines: ["data iris --standardize", "autoencoder 3 tanh --untied --denoise 0.2", "run 20"]),
      Exported(
        name: "autoencoders",
        lines: [
          "data digits", "autoencoder 20 relu", "stack autoencoder 12", "stack autoencoder 4 softmax --untied",
          "run 10",
        ]),
      Exported(name: "helmholtz", lines: ["data bars", "helmholtz 8 3", "run 20"]),
    ]

  /// The laboratory, and the three files in a folder.
  func write(to folder: TemporaryFolder) throws -> Lab {
    var lab = try StrataLabTests.lab()
    for line in lines {
      do { _ = try lab.execute(line) } catch { throw StrataError("\(name), \(line): \(error)") }
    }
    _ = try lab.execute("export network \(folder.path)/\(name).py")
    return lab
  }
}

@Suite struct NetworkExportTests {
  @Test("the script, word for word", arguments: ["normalised", "dbn", "rbm-gaussian", "cdbn", "autoencoders"])
  func text(name: String) throws {
    let folder = try TemporaryFolder()
    _ = try #require(Exported.all.first { $0.name == name }).write(to: folder)
    let text = try #require(read("\(folder.path)/\(name).py"))
    let golden = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent()
      .appendingPathComponent("Goldens/\(name).py")
    let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil
    guard !isRecording, let expected = read(golden.path) else {
      try write(text, to: golden.path)
      Issue.record("\(name).py was recorded: look at it, then run again")
      return
    }
    #expect(text == expected)
  }

  @Test func threeFilesGoTogether() throws {
    let folder = try TemporaryFolder()
    var lab = try Exported.all[2].write(to: folder)
    #expect(folder.files == ["normalised.py", "normalised.safetensors", "normalised.samples.safetensors"])
    let samples = try Safetensors.read(folder.path + "/normalised.samples.safetensors")
    // Inputs as they came, centimetres of flowers; answers as the network gives them.
    let inputs = try #require(samples["inputs"])
    #expect(inputs.shape == [16, 4])
    #expect(inputs.elements.allSatisfy { $0 > 0 && $0 < 10 && abs($0 * 10 - ($0 * 10).rounded()) < 1e-4 })
    let data = try #require(lab.experiment.data)
    let network = try #require(lab.experiment.network)
    #expect(samples["answers.outputs"] == network.output(for: data.test.inputs.tensor(Array(0..<16))))
    // The weights are read back, and the data's means and deviations beside them do no harm.
    let before = fingerprint(lab.experiment)
    let outcome = try lab.execute("load weights \(folder.path)/normalised.safetensors")
    #expect(outcome.text.contains("\(lab.experiment.model.parameters.count) tensors"))
    #expect(fingerprint(lab.experiment).last == before.last)
  }

  @Test func whatCannotBeWrittenSaysSo() throws {
    func problem(_ lines: String...) throws -> String {
      var lab = try StrataLabTests.lab()
      for line in lines.dropLast() { _ = try lab.execute(line) }
      do {
        _ = try lab.execute(lines[lines.count - 1])
        return "accepted"
      } catch { return error.description }
    }
    #expect(try problem("minimize x^2", "export network x.py").contains("cannot be written for PyTorch"))
    #expect(try problem("export network x.py").contains("no data"))
    #expect(try problem("data iris", "export network x.py").contains("only a plan"))
    #expect(try problem("data iris", "add dense 3 softmax", "export network x.pt").contains(".py"))
    #expect(
      try problem(
        "data iris", "add dense 3", "set loss squared", "set rate 1000000", "run 100", "export network x.py"
      ).contains("not finite"))
    let folder = try TemporaryFolder()
    var lab = try lab("data digits", "rbm 8 --hidden rectified")
    let outcome = try lab.execute("export network \(folder.path)/x.py")
    #expect(outcome.notes.contains { $0.contains("free energies are left out") })
  }

  @Test(
    "PyTorch answers the same",
    .enabled(if: Python.hasTorch, "PyTorch and NumPy are not installed: pip install torch numpy"))
  func sameAnswers() throws {
    let folder = try TemporaryFolder()
    var jobs: [String] = []
    for exported in Exported.all {
      _ = try exported.write(to: folder)
      jobs += ["\(folder.path)/\(exported.name).py", "", "with"]
    }
    // Once more by the script's own reader; once on inputs from a file; once with an answer that is wrong.
    let base = "\(folder.path)/normalised"
    jobs += [base + ".py", "", "without"]
    let samples = try Safetensors.read(base + ".samples.safetensors")
    try NPY.write(try #require(samples["inputs"]), to: base + ".npy")
    jobs += [base + ".py", base + ".npy", "without"]
    try write(try #require(read(base + ".py")), to: "\(folder.path)/wrong.py")
    try Safetensors(try Safetensors.read(base + ".safetensors").entries).write(to: "\(folder.path)/wrong.safetensors")
    var wrong = samples
    let place = try #require(wrong.entries.firstIndex { $0.name == "answers.outputs" })
    wrong.entries[place].tensor[flat: 5] += 0.001
    try wrong.write(to: "\(folder.path)/wrong.samples.safetensors")
    jobs += ["\(folder.path)/wrong.py", "", "without"]

    let (status, output) = try Python.run(Python.runner, jobs)
    #expect(status == 0, "\(output)")
    let parts = output.split(separator: "\n").map(String.init).split { $0.hasPrefix("status ") }
    let statuses = output.split(separator: "\n").filter { $0.hasPrefix("status ") }
    #expect(
      statuses.map(String.init) == Array(repeating: "status 0", count: jobs.count / 3 - 1) + ["status 1"], "\(output)")
    for (exported, part) in zip(Exported.all, parts) {
      #expect(part.allSatisfy { $0.hasSuffix("agrees") }, "\(exported.name): \(part)")
    }
    guard parts.count == jobs.count / 3 else { return }
    // The names say what was compared.
    func names(_ name: String) throws -> [String] {
      let index = try #require(Exported.all.firstIndex { $0.name == name })
      return Array(parts[index]).map { String($0.prefix { $0 != ":" }) }
    }
    #expect(try names("rbm") == ["hidden", "free energy"])
    #expect(try names("rbm-labels") == ["hidden", "classes", "classes by up-pass", "free energy"])
    #expect(try names("crbm") == ["pooled", "free energy"])
    #expect(try names("autoencoder") == ["code", "reconstruction"])
    #expect(try names("dbn-untied") == ["hidden", "classes", "classes by up-pass"])
    // Printed for inputs from a file: the same rows.
    let shown = Array(parts[parts.count - 2])
    let answers = try #require(samples["answers.outputs"])
    #expect(shown.first == "outputs:" && shown.count == 17)
    for (row, line) in shown.dropFirst().enumerated() {
      let numbers = line.split(separator: " ").prefix(3).compactMap { Float($0) }
      #expect(numbers.count == 3 && (0..<3).allSatisfy { abs(numbers[$0] - answers[row, $0]) < 1e-4 }, "\(line)")
    }
  }
}
