// Sequences of symbols: one-hot inputs, the symbol that comes next as the target of every time step, and for grammars the
// symbols that may come next.
//
// Sequences are of different lengths. Shorter ones end in time steps without any symbol, all zeros, at which nothing is
// asked.
import StrataEngine

/// One sequence, its symbols as places in an alphabet.
struct SymbolSequence {
  /// What goes in, a symbol a time step.
  var inputs: [Int]
  /// What is asked at each time step; −1 for nothing.
  var labels: [Int32]
  /// The symbols that may come next at each time step, bit k for symbol k; 0 where nothing is asked.
  var allowed: [UInt64]

  /// A string of which each symbol but the first is to be foretold from those before it, from time step `first` on.
  /// `allowed` has the symbols that may follow each but the last.
  init(_ string: [Int], allowed: [UInt64], askedFrom first: Int = 0) {
    inputs = Array(string.dropLast())
    labels = string.dropFirst().enumerated().map { $0.offset < first ? -1 : Int32($0.element) }
    self.allowed = allowed.enumerated().map { $0.offset < first ? 0 : $0.element }
  }
}

extension Samples {
  /// Sequences in `length` time steps each; the longest must fit.
  init(_ sequences: [SymbolSequence], alphabet: [String], length: Int) {
    let size = alphabet.count
    var inputs = [UInt8](repeating: 0, count: sequences.count * length * size)
    var labels = [Int32](repeating: -1, count: sequences.count * length)
    var allowed = [UInt64](repeating: 0, count: sequences.count * length)
    for (row, sequence) in sequences.enumerated() {
      for (time, symbol) in sequence.inputs.enumerated() {
        let step = row * length + time
        inputs[step * size + symbol] = 1
        labels[step] = sequence.labels[time]
        allowed[step] = sequence.allowed[time]
      }
    }
    self.init(
      inputs: SampleStore(sampleShape: [length, size], storage: .bytes(inputs, scale: 1, offset: 0)),
      targets: .steps(labels: labels, names: alphabet, length: length))
    self.allowed = allowed
  }
}
