/// From the bytes that a terminal sends to events. A value without a terminal: bytes in, events out.
///
/// A sequence may arrive in pieces, and a lone escape byte is a key of its own, so bytes at the end that could go on are
/// kept (`patience` says how long waiting for more makes sense) until more come or `flush` declares them complete.
/// Sequences that mean nothing to us are dropped as a whole: no fragment of one is ever taken for typed text.
struct KeyDecoder: Sendable {
  private var buffer: [UInt8] = []
  private var position = 0
  /// Sequences of the terminal's own description, longest first.
  private let described: [(bytes: [UInt8], key: Key)]
  private var isPasting = false
  private var pasted: [UInt8] = []

  /// A paste without end is delivered in pieces of this many bytes.
  private static let longestPaste = 1 << 20
  /// No control sequence of a key is longer.
  private static let longestSequence = 64

  init(described: [(bytes: [UInt8], key: Key)] = []) {
    self.described = described.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.count > $1.bytes.count }
  }

  mutating func feed(_ bytes: some Collection<UInt8>) {
    if position > 0 {
      buffer.removeFirst(position)
      position = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// How long to wait for the rest of what has begun, before `flush`; nil when nothing has. Short where it may be a key by
  /// itself: escape, and alt with "[" or "O".
  var patience: Duration? {
    if isPasting { return .milliseconds(500) }
    let rest = buffer.count - position
    if rest == 0 { return nil }
    return .milliseconds(buffer[position] == 0x1B && rest <= 2 ? 25 : 500)
  }

  /// The next whole event; nil when more bytes are needed.
  mutating func next() -> TerminalEvent? {
    while position < buffer.count {
      if isPasting {
        guard let event = paste() else { return nil }
        return event
      }
      switch decode(buffer[position...]) {
      case .incomplete: return nil
      case .nothing(let count): position += count
      case .pasteBegins(let count):
        position += count
        isPasting = true
      case .event(let event, let count):
        position += count
        return event
      }
    }
    return nil
  }

  /// Says that no more bytes belong to what has begun; its event, if it is one. Go on with `next`.
  mutating func flush() -> TerminalEvent? {
    if isPasting {
      isPasting = false
      pasted += buffer[position...]
      position = buffer.count
      return takePaste()
    }
    let rest = buffer[position...]
    guard rest.first == 0x1B else {
      // The beginning of a character whose rest never came.
      position += min(1, rest.count)
      return nil
    }
    if rest.count == 1 || rest[position + 1] == 0x1B {
      position += 1
      return .key(.escape)
    }
    position = buffer.count
    // Alt with "[" or "O" looks like the beginning of a sequence; a longer piece is a torn one.
    return rest.count == 2 ? .key(.alt(Unicode.Scalar(rest[rest.startIndex + 1]))) : nil
  }

  // How the bytes at the front begin.
  private enum Step {
    case incomplete
    case nothing(Int)
    case pasteBegins(Int)
    case event(TerminalEvent, Int)
  }

  private func decode(_ bytes: ArraySlice<UInt8>) -> Step {
    let first = bytes[bytes.startIndex]
    if first >= 0x20, first != 0x7F { return character(bytes) }
    for (sequence, key) in described where bytes.starts(with: sequence) { return .event(.key(key), sequence.count) }
    return first == 0x1B ? escape(bytes) : .event(.key(Self.control(first)), 1)
  }

  static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x00: .control(" ")
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x1B: .escape
    case 0x01...0x1A: .control(Unicode.Scalar(byte + 0x60))
    default: .control(Unicode.Scalar(byte + 0x40))
    }
  }

  /// One character of UTF-8. What is not UTF-8 is dropped, byte by byte.
  private func character(_ bytes: ArraySlice<UInt8>) -> Step {
    let first = bytes[bytes.startIndex]
    let length = first < 0x80 ? 1 : first & 0xE0 == 0xC0 ? 2 : first & 0xF0 == 0xE0 ? 3 : first & 0xF8 == 0xF0 ? 4 : 0
    if length == 0 { return .nothing(1) }
    let present = bytes.prefix(length)
    for byte in present.dropFirst() where byte & 0xC0 != 0x80 { return .nothing(1) }
    if present.count < length { return .incomplete }
    var decoder = UTF8()
    var iterator = present.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator), !scalar.properties.isControl else {
      return .nothing(length)
    }
    return .event(.key(.character(scalar)), length)
  }

  private func escape(_ bytes: ArraySlice<UInt8>) -> Step {
    let start = bytes.startIndex
    guard bytes.count > 1 else { return .incomplete }
    switch bytes[start + 1] {
    case UInt8(ascii: "["): return controlSequence(bytes)
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return .incomplete }
      let final = bytes[start + 2]
      guard let key = KeySequences.key(final: final) ?? KeySequences.keypad(final: final) else { return .nothing(3) }
      return .event(.key(key), 3)
    case 0x1B:
      // Some terminals send alt with an arrow as escape and the arrow's sequence; else the first is the escape key.
      guard bytes.count > 2 else { return .incomplete }
      let next = bytes[start + 2]
      guard next == UInt8(ascii: "[") || next == UInt8(ascii: "O") else { return .event(.key(.escape), 1) }
    default: break
    }
    switch decode(bytes.dropFirst()) {
    case .incomplete: return .incomplete
    case .event(.key(let key), let count): return .event(.key(key.adding(.alt)), count + 1)
    case .event(let event, let count): return .event(event, count + 1)
    case .nothing(let count): return .nothing(count + 1)
    case .pasteBegins(let count): return .pasteBegins(count + 1)
    }
  }

  /// `CSI parameters intermediates final`.
  private func controlSequence(_ bytes: ArraySlice<UInt8>) -> Step {
    let start = bytes.startIndex
    var index = start + 2
    // The Linux console's F1 to F5 are "CSI [ A" to "CSI [ E".
    if index < bytes.endIndex, bytes[index] == UInt8(ascii: "[") {
      guard index + 1 < bytes.endIndex else { return .incomplete }
      let letter = bytes[index + 1]
      guard (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(letter) else { return .nothing(4) }
      return .event(.key(.function(Int(letter - UInt8(ascii: "A")) + 1)), 4)
    }
    while index < bytes.endIndex, (0x20...0x3F).contains(bytes[index]) { index += 1 }
    let length = index - start
    if length > Self.longestSequence { return .nothing(length) }
    guard index < bytes.endIndex else { return .incomplete }
    let final = bytes[index]
    // Something else began in the middle: that one counts.
    guard (0x40...0x7E).contains(final) else { return .nothing(length) }
    let body = bytes[(start + 2)..<index]
    if final == UInt8(ascii: "M"), body.isEmpty { return oldMouse(bytes) }
    if body.first == UInt8(ascii: "<"), final == UInt8(ascii: "M") || final == UInt8(ascii: "m") {
      return mouse(Self.numbers(body.dropFirst()), isRelease: final == UInt8(ascii: "m"), length: length + 1)
    }
    let numbers = Self.numbers(body)
    if final == UInt8(ascii: "~"), numbers.first == 200 { return .pasteBegins(length + 1) }
    guard let key = Self.key(final: final, numbers) else { return .nothing(length + 1) }
    return .event(.key(key), length + 1)
  }

  private static func key(final: UInt8, _ numbers: [Int]) -> Key? {
    let modifiers = KeySequences.modifiers(numbers.count > 1 ? numbers[1] : 1)
    switch final {
    case UInt8(ascii: "~"):
      if numbers.count == 3, numbers[0] == 27 { return character(code: numbers[2], modifiers) }
      return KeySequences.key(number: numbers.first ?? 0)?.adding(modifiers)
    case UInt8(ascii: "u"): return character(code: numbers.first ?? 0, modifiers)
    default: return KeySequences.key(final: final)?.adding(modifiers)
    }
  }

  /// A key reported by its character code with modifiers (xterm's modifyOtherKeys, `CSI code ; m u`).
  private static func character(code: Int, _ modifiers: Key.Modifiers) -> Key? {
    guard code >= 0, let scalar = Unicode.Scalar(UInt32(clamping: code)) else { return nil }
    if code < 0x20 || code == 0x7F { return control(UInt8(code)).adding(modifiers) }
    return Key(.character(scalar), modifiers.subtracting(.shift))
  }

  private static func numbers(_ body: ArraySlice<UInt8>) -> [Int] {
    body.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).prefix(8).map { part in
      part.reduce(0) { sum, byte in
        (0x30...0x39).contains(byte) ? min(sum * 10 + Int(byte - 0x30), 1_000_000) : sum
      }
    }
  }

  /// SGR report: button code, column and row from 1.
  private func mouse(_ numbers: [Int], isRelease: Bool, length: Int) -> Step {
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return .nothing(length) }
    guard let event = Self.mouse(code: numbers[0], isRelease: isRelease, column: numbers[1] - 1, row: numbers[2] - 1)
    else { return .nothing(length) }
    return .event(.mouse(event), length)
  }

  /// The older report: three bytes, each plus 32; a release does not say of which button.
  private func oldMouse(_ bytes: ArraySlice<UInt8>) -> Step {
    guard bytes.count >= 6 else { return .incomplete }
    let three = bytes.dropFirst(3).prefix(3).map { Int($0) - 32 }
    guard three[0] >= 0, three[1] > 0, three[2] > 0,
      let event = Self.mouse(
        code: three[0], isRelease: three[0] & 0x43 == 3, column: three[1] - 1, row: three[2] - 1)
    else { return .nothing(6) }
    return .event(.mouse(event), 6)
  }

  private static func mouse(code: Int, isRelease: Bool, column: Int, row: Int) -> MouseEvent? {
    var modifiers: Key.Modifiers = []
    if code & 4 != 0 { modifiers.insert(.shift) }
    if code & 8 != 0 { modifiers.insert(.alt) }
    if code & 16 != 0 { modifiers.insert(.control) }
    if code & 64 != 0 {
      guard code & 3 < 2 else { return nil }
      return MouseEvent(
        code & 1 == 0 ? .wheelUp : .wheelDown, column: column, row: row, modifiers: modifiers)
    }
    let button: MouseEvent.Button = [.left, .middle, .right, .none][code & 3]
    let action: MouseEvent.Action = isRelease ? .release : code & 32 != 0 ? .drag : .press
    return MouseEvent(action, button, column: column, row: row, modifiers: modifiers)
  }

  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  private mutating func paste() -> TerminalEvent? {
    while position < buffer.count {
      let rest = buffer[position...]
      guard let escape = rest.firstIndex(of: 0x1B) else {
        pasted += rest
        position = buffer.count
        break
      }
      pasted += buffer[position..<escape]
      position = escape
      let candidate = buffer[escape...].prefix(Self.pasteEnd.count)
      if candidate.elementsEqual(Self.pasteEnd) {
        position += Self.pasteEnd.count
        isPasting = false
        return takePaste()
      }
      if Self.pasteEnd.starts(with: candidate) { return nil }
      position += 1
    }
    return pasted.count >= Self.longestPaste ? takePaste() : nil
  }

  private mutating func takePaste() -> TerminalEvent {
    defer { pasted = [] }
    let text = String(decoding: pasted, as: UTF8.self)
    var clean = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if scalar == "\r" || (scalar == "\n" && previous != "\r") {
        clean.append("\n")
      } else if scalar == "\t" || (scalar != "\n" && !scalar.properties.isControl) {
        clean.append(scalar)
      }
      previous = scalar
    }
    return .paste(String(clean))
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isControl: Bool { generalCategory == .control }
}
