// One file over HTTP into its part file, going on from the bytes that are there.
import CFiles
import StrataEngine

/// One attempt to fetch one file from one place.
struct Download {
  enum Outcome {
    case done
    /// The caller's progress said to stop.
    case stopped
    /// This place did not give the file; another may.
    case failed(String)
    /// No place will: the disk is full, or there is no library to fetch with.
    case unavailable(StrataError)
  }

  let file: FetchableSet.File
  let url: String
  let part: PartFile
  var state: FetchProgress

  init(file: FetchableSet.File, url: String, part: PartFile, state: FetchProgress) {
    self.file = file
    self.url = url
    self.part = part
    self.state = state
  }

  /// Fetches what is missing.
  mutating func run(_ progress: @escaping (FetchProgress) -> Bool) -> Outcome {
    let outcome = attempt(progress)
    // A part that is whole or longer than the file has no rest to ask for (416): its checksum decides, and if that is wrong
    // the file is fetched from the start.
    guard case .failed = outcome, status == 416 else { return outcome }
    do throws(StrataError) {
      if try file.checksum.mismatch(of: part.path, mostBytes: file.mostBytes) == nil { return .done }
      try part.truncate()
    } catch {
      return .unavailable(error)
    }
    return attempt(progress)
  }

  private var status = 0

  private mutating func attempt(_ progress: @escaping (FetchProgress) -> Bool) -> Outcome {
    let started = part.size
    state.done = started
    let transfer = Transfer(file: file, part: part, state: state, progress: progress)
    var message = [CChar](repeating: 0, count: Int(CF_MESSAGE_SIZE))
    let result = cf_download(
      url, Int64(started), receiveBody, receiveTick, Unmanaged.passUnretained(transfer).toOpaque(), &status, &message)
    state = transfer.state
    if let problem = transfer.problem { return problem }
    switch result {
    case cf_download_done where status == 200 || status == 206: return .done
    case cf_download_done: return .failed("\(url) answered \(status)")
    case cf_download_stopped: return .stopped
    case cf_download_no_library:
      return .unavailable(
        StrataError(
          "downloading needs libcurl, which is not on this machine", try: "apt install libcurl4, or --from FOLDER"))
    default: return .failed("\(url): \(text(of: message))")
    }
  }
}

/// What the C callbacks work on during one attempt.
private final class Transfer {
  let file: FetchableSet.File
  let part: PartFile
  let progress: (FetchProgress) -> Bool
  var state: FetchProgress
  /// What went wrong on this side; ends the transfer.
  var problem: Download.Outcome?
  private var hasBegun = false
  private var startSize: Int
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastReport: ContinuousClock.Instant?

  init(
    file: FetchableSet.File, part: PartFile, state: FetchProgress, progress: @escaping (FetchProgress) -> Bool
  ) {
    self.file = file
    self.part = part
    self.state = state
    self.progress = progress
    startSize = part.size
    start = clock.now
  }

  func receive(status: Int, total: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    if !hasBegun {
      hasBegun = true
      // 200 is everything from the start, whatever was asked for.
      if status == 200, part.size > 0 {
        do throws(StrataError) { try part.truncate() } catch { return fail(.unavailable(error)) }
        startSize = 0
      }
      state.total = total >= 0 ? part.size + total : nil
    }
    guard part.size + bytes.count <= file.mostBytes else {
      return fail(.failed("it sends more than the \(file.mostBytes) bytes that \(file.name) can have"))
    }
    let code = part.append(bytes)
    guard code == 0 else {
      return fail(.unavailable(StrataError("cannot write \(part.path): \(InputFile.reason(code))")))
    }
    state.done = part.size
    return true
  }

  func tick() -> Bool {
    let now = clock.now
    if let lastReport, now - lastReport < .milliseconds(50), state.done != state.total { return true }
    lastReport = now
    let seconds = (now - start) / .seconds(1)
    state.rate = seconds > 0 ? Double(part.size - startSize) / seconds : 0
    return progress(state)
  }

  private func fail(_ outcome: Download.Outcome) -> Bool {
    problem = outcome
    return false
  }
}

private let receiveBody: cf_download_body = { context, status, total, bytes, count in
  guard let context else { return false }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    .receive(status: status, total: Int(total), UnsafeRawBufferPointer(start: bytes, count: count))
}

private let receiveTick: cf_download_tick = { context in
  guard let context else { return false }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().tick()
}
