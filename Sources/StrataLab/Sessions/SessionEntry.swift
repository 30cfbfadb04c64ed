// Entering a session in the middle: at a line that took a checkpoint, where its file is there, may be read, and was taken
// by the very commands that stand before it.
import StrataData
import StrataEngine

/// A place in a session that can be gone to at once.
public struct SessionEntry: Sendable {
  /// How many lines lie behind it.
  public var place: Int
  /// The laboratory as the lines before it would have made it.
  public var lab: Lab
  /// What to tell: which line, which file, which step.
  public var text: String
}

extension SessionFile {
  /// The newest checkpoint among the lines from `first` up to `last` that can be entered from an empty laboratory; nil
  /// where there is none, and then `reasons` tells why those that there are cannot be.
  public func entry(
    into empty: Lab, from first: Int = 0, upTo last: Int = .max, _ reasons: inout [String]
  ) -> SessionEntry? {
    for index in lines.indices.reversed() where index >= first && index < last {
      guard let parsed = try? CommandTable.parse(lines[index].text), parsed.form.doesWithoutFiles,
        let path = parsed.arguments.text("FILE")
      else { continue }
      do throws(StrataError) {
        return try entry(at: index, path: path, into: empty)
      } catch {
        reasons.append(error.problem)
      }
    }
    return nil
  }

  private func entry(at index: Int, path: String, into empty: Lab) throws(StrataError) -> SessionEntry {
    try empty.configuration.files.check(path, to: "read")
    let checkpoint = try Checkpoint(Safetensors.read(empty.expanded(path)), place: path)
    let number = lines[index].number
    guard checkpoint.seed == seed, checkpoint.commands == Checkpoint.digest(of: lines[..<index].map(\.text)) else {
      throw StrataError("\(path.safe) was taken by other commands than those before line \(number)")
    }
    var lab = empty
    try lab.enter(checkpoint, having: lines[...index].map(\.text))
    var text = "entered behind line \(number) by \(path.safe), at step \(lab.moment.step)"
    if checkpoint.fingerprint != Compute.fingerprint {
      text += "; it was taken with \(checkpoint.fingerprint), here it is \(Compute.fingerprint)"
    }
    return SessionEntry(place: index + 1, lab: lab, text: text)
  }
}
