/// Which bytes stand for which key: the terminal's own description (terminfo), and the sequences that xterm made common.
///
/// Sources: terminfo(5) and user_caps(5) for the capability names; "XTerm Control Sequences" (Moy, Gildea, Dickey) for the
/// forms `CSI 1 ; m A` and `CSI n ; m ~`, where m - 1 is a set of shift (1), alt (2) and control (4).
enum KeySequences {
  /// Keys of terminfo's string capabilities.
  static let capabilities: [(name: String, key: Key)] = {
    var list: [(String, Key)] = [
      ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
      ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert), ("kdch1", .delete), ("kbs", .backspace),
      ("kcbt", .backTab), ("kent", .enter), ("kri", Key(.up, .shift)), ("kind", Key(.down, .shift)),
      ("kLFT", Key(.left, .shift)), ("kRIT", Key(.right, .shift)), ("kHOM", Key(.home, .shift)),
      ("kEND", Key(.end, .shift)), ("kPRV", Key(.pageUp, .shift)), ("kNXT", Key(.pageDown, .shift)),
      ("kDC", Key(.delete, .shift)), ("kIC", Key(.insert, .shift)),
    ]
    let extended: [(String, Key.Code)] = [
      ("kUP", .up), ("kDN", .down), ("kLFT", .left), ("kRIT", .right), ("kHOM", .home), ("kEND", .end),
      ("kPRV", .pageUp), ("kNXT", .pageDown), ("kDC", .delete), ("kIC", .insert),
    ]
    for (name, code) in extended {
      for number in 3...8 { list.append(("\(name)\(number)", Key(code, modifiers(number)))) }
    }
    for number in 1...24 { list.append(("kf\(number)", function(number))) }
    return list
  }()

  /// terminfo numbers F1 with shift on from 13, as the keyboards of xterm do.
  private static func function(_ number: Int) -> Key {
    number <= 12 ? .function(number) : Key(.function(number - 12), .shift)
  }

  /// Modifiers of xterm's parameter m.
  static func modifiers(_ parameter: Int) -> Key.Modifiers {
    parameter > 1 ? Key.Modifiers(rawValue: UInt8((parameter - 1) & 7)) : []
  }

  /// The key of `CSI … final` and of `SS3 final`.
  static func key(final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "P"): .function(1)
    case UInt8(ascii: "Q"): .function(2)
    case UInt8(ascii: "R"): .function(3)
    case UInt8(ascii: "S"): .function(4)
    case UInt8(ascii: "Z"): .backTab
    default: nil
    }
  }

  /// The key of `SS3 final` on the number pad, where it differs from its letter's arrow meaning.
  static func keypad(final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "M"): .enter
    case UInt8(ascii: "I"): .tab
    case UInt8(ascii: " "): .space
    case UInt8(ascii: "X"): .character("=")
    case UInt8(ascii: "j")...UInt8(ascii: "y"): .character(Unicode.Scalar(final - 0x40))
    default: nil
    }
  }

  /// The key of `CSI number ~`.
  static func key(number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23, 24: .function(number - 12)
    case 25, 26: Key(.function(number - 24), .shift)
    case 28, 29: Key(.function(number - 25), .shift)
    case 31...34: Key(.function(number - 26), .shift)
    default: nil
    }
  }
}
