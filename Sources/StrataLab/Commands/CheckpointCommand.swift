// Checkpoints by hand: an exact copy of where things stand, in a file, to be entered by `strata run --resume`.
import StrataData
import StrataEngine

extension Command {
  /// `save checkpoint FILE`: the one way of `save` that belongs into a session, because it marks a place to enter it.
  static let checkpointForm = Form(
    [.word("checkpoint"), Place("FILE", .path, "a file's path")],
    "everything needed to go on from here with the same bits: strata run SESSION --resume", isTranscribed: true,
    doesWithoutFiles: true
  ) { arguments throws(StrataError) in
    let path = arguments.text("FILE") ?? ""
    return .look { (lab) throws(StrataError) in
      guard path.hasSuffix(".safetensors") else {
        throw StrataError(
          "a checkpoint's file ends in .safetensors; got \(path.quoted)", try: "save checkpoint here.safetensors")
      }
      let checkpoint = try Checkpoint(lab)
      do throws(StrataError) {
        try lab.configuration.files.check(path, to: "write")
      } catch {
        // A session goes on without its checkpoints: they change nothing about what is learned.
        var outcome = Outcome("no checkpoint was written: \(error.problem)", level: .warning)
        if let suggestion = error.suggestion { outcome.notes.append("to have it: \(suggestion)") }
        return outcome
      }
      try checkpoint.file.write(to: lab.expanded(path))
      return Outcome("\(path): step \(lab.moment.step), to be entered here at once")
    }
  }
}
