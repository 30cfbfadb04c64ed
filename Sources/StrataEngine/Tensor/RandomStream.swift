// Random numbers that depend on nothing but a seed, a purpose and how many were drawn before.
//
// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011): a counter put through ten rounds of mixing. Each purpose
// (initialise, shuffle, dropout, …) has a stream of its own, so that drawing more for one never shifts another, and
// a copy of the struct is a complete bookmark.
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One named stream of random numbers.
public struct RandomStream: Hashable, Sendable {
  private let key: UInt64
  private let stream: UInt64
  var counter: UInt64 = 0
  var block: SIMD4<UInt32> = .zero
  var used = 4

  /// The stream of a purpose under a session's seed.
  public init(seed: UInt64, name: String) {
    key = seed
    // FNV-1a (Fowler, Noll, Vo): spreads names over 64 bits; the same on every machine.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    stream = hash
  }

  /// The next 32 random bits.
  public mutating func word() -> UInt32 {
    if used == 4 {
      var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
      withUnsafeMutableBytes(of: &words) {
        ck_philox_block(key, counter, stream, $0.assumingMemoryBound(to: UInt32.self).baseAddress)
      }
      block = SIMD4(words.0, words.1, words.2, words.3)
      counter += 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// A number in [0, 1), with 53 random bits.
  public mutating func uniform() -> Double {
    let high = UInt64(word() >> 5)
    let low = UInt64(word() >> 6)
    return Double(high << 26 | low) * 0x1p-53
  }

  /// A number from the standard normal distribution (Box and Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// A whole number in 0..<bound, each equally likely (Lemire 2019). Traps unless 0 < bound < 2³².
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "a bound in 1...2³²−1, got \(bound)")
    let range = UInt64(bound)
    let rejected = (UInt64(1) << 32) % range
    while true {
      let product = UInt64(word()) * range
      if product & 0xffff_ffff >= rejected { return Int(product >> 32) }
    }
  }

  /// Puts the elements in random order, each order equally likely (Fisher, Yates; Durstenfeld 1964).
  public mutating func shuffle(_ elements: inout [Int32]) {
    var last = elements.count - 1
    while last > 0 {
      elements.swapAt(last, integer(below: last + 1))
      last -= 1
    }
  }

  /// Fills a tensor with numbers in [low, high).
  public mutating func fillUniform(_ tensor: inout Tensor, low: Scalar, high: Scalar) {
    let place = takeCounters(tensor.count)
    tensor.withUnsafeMutableElements { ck_uniform($0.count, key, stream, place, low, high, $0.baseAddress) }
  }

  /// Fills a tensor with normally distributed numbers.
  public mutating func fillNormal(_ tensor: inout Tensor, mean: Scalar, deviation: Scalar) {
    let place = takeCounters(tensor.count)
    tensor.withUnsafeMutableElements { ck_normal($0.count, key, stream, place, mean, deviation, $0.baseAddress) }
  }

  /// `z = σ(z + bias)` where it stands, and `s ~ z`, every element drawn for itself, in one pass. `bias` is a row for
  /// every sample; `s` gets the shape of `z`.
  mutating func sampleSigmoid(inPlace z: inout Tensor, bias: Tensor, sample s: inout Tensor) {
    let (rows, columns) = z.matrixExtents
    precondition(bias.count == columns, "a bias of \(bias.count) for \(columns) units")
    let place = takeCounters(z.count)
    if s.shape != z.shape { s.resize(to: z.shape) }
    bias.withUnsafeElements { bias in
      z.withUnsafeMutableElements { z in
        s.withUnsafeMutableElements { s in
          ck_sigmoid_sample(
            rows, columns, z.baseAddress, bias.baseAddress, key, stream, place, z.baseAddress, s.baseAddress)
        }
      }
    }
  }

  /// `s ~ p`: 1 with probability p, else 0, every element drawn for itself.
  mutating func sampleBernoulli(_ p: Tensor, into s: inout Tensor) {
    let place = takeCounters(p.count)
    if s.shape != p.shape { s.resize(to: p.shape) }
    p.withUnsafeElements { p in
      s.withUnsafeMutableElements { ck_bernoulli(p.count, key, stream, place, p.baseAddress, $0.baseAddress) }
    }
  }

  /// Draws one class a row, `[rows, classes]` one-hot, from probabilities that sum to 1 in each row.
  mutating func sampleClasses(_ p: Tensor, into s: inout Tensor) {
    let (rows, columns) = p.matrixExtents
    if s.shape != p.shape { s.resize(to: p.shape) }
    s.fill(0)
    for row in 0..<rows {
      var left = uniform()
      var chosen = columns - 1
      for column in 0..<columns {
        left -= Double(p[flat: row * columns + column])
        if left < 0 {
          chosen = column
          break
        }
      }
      s[flat: row * columns + chosen] = 1
    }
  }

  /// Inverted dropout (Srivastava et al. 2014): `mask = [u ≥ rate] / (1 − rate)`, `output = input ⊙ mask`.
  mutating func dropout(_ input: Tensor, rate: Scalar, mask: inout Tensor, output: inout Tensor) {
    let place = takeCounters(input.count)
    mask.resize(to: input.shape)
    output.resize(to: input.shape)
    input.withUnsafeElements { x in
      mask.withUnsafeMutableElements { m in
        output.withUnsafeMutableElements { y in
          ck_dropout(x.count, rate, key, stream, place, x.baseAddress, m.baseAddress, y.baseAddress)
        }
      }
    }
  }

  /// Where a kernel that draws `count` numbers in the midst of something else finds them; they are used up.
  mutating func place(forDrawing count: Int) -> (key: UInt64, stream: UInt64, counter: UInt64) {
    (key, stream, takeCounters(count))
  }

  /// Reserves the counters of a bulk call for `count` numbers and returns the first.
  private mutating func takeCounters(_ count: Int) -> UInt64 {
    defer { counter += ck_counters(count) }
    return counter
  }
}
