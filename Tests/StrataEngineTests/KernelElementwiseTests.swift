// Elementwise kernels against the C library in Double, at awkward lengths and places, and at the numbers that break
// careless formulas.
import CKernels
import Glibc
import Testing

@Suite("Kernels: elementwise")
struct KernelElementwiseTests {
  typealias Unary<S> = (Int, UnsafePointer<S>?, UnsafeMutablePointer<S>?) -> Void
  typealias Binary<S> = (Int, UnsafePointer<S>?, UnsafePointer<S>?, UnsafeMutablePointer<S>?) -> Void

  private func checkUnary<S: BinaryFloatingPoint>(
    _ name: String, in range: ClosedRange<Double>, _ kernel: Unary<S>, _ reference: (Double) -> Double
  ) {
    for size in kernelSizes {
      let x = OffsetArray<S>(madeUpNumbers(size, seed: 1, in: range))
      var y = OffsetArray<S>(count: size)
      x.read { x in y.write { kernel(size, x, $0) } }
      let expected = x.doubles.map(reference)
      expectClose(y, expected, tolerance: tolerance(S.self), floor: 1e-37, "\(name) of \(size)")
      var inPlace = x
      inPlace.write { kernel(size, $0, $0) }
      #expect(inPlace.elements == y.elements, "\(name) in place")
    }
  }

  private func checkBinary<S: BinaryFloatingPoint>(
    _ name: String, _ kernel: Binary<S>, _ reference: (Double, Double) -> Double
  ) {
    for size in kernelSizes {
      let a = OffsetArray<S>(madeUpNumbers(size, seed: 2)), b = OffsetArray<S>(madeUpNumbers(size, seed: 3))
      var y = OffsetArray<S>(count: size)
      a.read { a in b.read { b in y.write { kernel(size, a, b, $0) } } }
      let expected = zip(a.doubles, b.doubles).map { Double(S(reference($0, $1))) }
      expectClose(y, expected, tolerance: tolerance(S.self), floor: 1, "\(name) of \(size)")
      var first = a, second = b
      b.read { b in first.write { kernel(size, $0, b, $0) } }
      a.read { a in second.write { kernel(size, a, $0, $0) } }
      #expect(first.elements == y.elements && second.elements == y.elements, "\(name) in place")
    }
  }

  @Test("exp, softplus and sigmoid are the C library's")
  func unary() {
    checkUnary("exp", in: -87...88, ck_exp as Unary<Float>, exp)
    checkUnary("exp", in: -700...700, ck_exp as Unary<Double>, exp)
    checkUnary("exp near 0", in: -1e-3...1e-3, ck_exp as Unary<Float>, exp)
    checkUnary("softplus", in: -80...80, ck_softplus_of as Unary<Float>) { max($0, 0) + log1p(exp(-abs($0))) }
    checkUnary("softplus", in: -80...80, ck_softplus_of as Unary<Double>) { max($0, 0) + log1p(exp(-abs($0))) }
    checkUnary("sigmoid", in: -80...80, ck_sigmoid_of as Unary<Float>) { 1 / (1 + exp(-$0)) }
    checkUnary("sigmoid", in: -80...80, ck_sigmoid_of as Unary<Double>) { 1 / (1 + exp(-$0)) }
  }

  @Test("products, differences, scaling and adding a multiple")
  func binary() {
    checkBinary("multiply", ck_multiply as Binary<Float>, *)
    checkBinary("multiply", ck_multiply as Binary<Double>, *)
    checkBinary("subtract", ck_subtract as Binary<Float>, -)
    checkBinary("subtract", ck_subtract as Binary<Double>, -)
    for size in kernelSizes {
      let x = OffsetArray<Float>(madeUpNumbers(size, seed: 4))
      var y = OffsetArray<Float>(madeUpNumbers(size, seed: 5))
      let sums = zip(x.doubles, y.doubles).map { -1.75 * $0 + $1 }
      x.read { x in y.write { ck_axpy(size, Float(-1.75), x, $0) } }
      expectClose(y, sums, tolerance: 2e-7, floor: 1, "axpy of \(size)")
      let scaled = y.elements.map { $0 * 3 }
      y.write { ck_scale(size, Float(3), $0) }
      #expect(y.elements == scaled && y.guardsStand, "scale of \(size)")

      let u = OffsetArray<Double>(madeUpNumbers(size, seed: 4))
      var v = OffsetArray<Double>(madeUpNumbers(size, seed: 5))
      let exact = zip(u.doubles, v.doubles).map { -1.75 * $0 + $1 }
      u.read { u in v.write { ck_axpy(size, -1.75, u, $0) } }
      expectClose(v, exact, tolerance: 1e-15, floor: 1, "axpy of \(size)")
      let tripled = v.elements.map { $0 * 3 }
      v.write { ck_scale(size, 3.0, $0) }
      #expect(v.elements == tripled && v.guardsStand, "scale of \(size)")
    }
  }

  /// f(z) and f'(z), from their definitions.
  private func reference(_ f: ck_activation, _ p: Double, _ z: Double) -> (value: Double, slope: Double) {
    let normal = 0.5 * erfc(-z / 2.0.squareRoot())
    switch f {
    case ck_threshold: return (z >= 0 ? 1 : 0, 0)
    case ck_sigmoid: return (1 / (1 + exp(-z)), 1 / (1 + exp(-z)) / (1 + exp(z)))
    case ck_tanh: return (tanh(z), 1 / (cosh(z) * cosh(z)))
    case ck_relu: return (max(z, 0), z > 0 ? 1 : 0)
    case ck_leaky_relu: return (z < 0 ? p * z : z, z > 0 ? 1 : p)
    case ck_elu: return (z < 0 ? p * expm1(z) : z, z > 0 ? 1 : p * exp(z))
    case ck_gelu: return (z * normal, normal + z * exp(-z * z / 2) / (2 * Double.pi).squareRoot())
    case ck_softplus: return (max(z, 0) + log1p(exp(-abs(z))), 1 / (1 + exp(-z)))
    default: return (z, 1)
    }
  }

  @Test("each activation adds the bias first, and its derivative is the formula's", arguments: 0..<9)
  func activations(index: Int) {
    let f = ck_activation(UInt32(index)), name = activationNames[index]
    for (rows, columns) in [(0, 5), (1, 1), (3, 7), (10, 8), (2, 500), (41, 251), (1, 17_000)] {
      let z = madeUpNumbers(rows * columns, seed: 6, in: -6...6), bias = madeUpNumbers(columns, seed: 7, in: -1...1)
      let dy = madeUpNumbers(rows * columns, seed: 8)
      check(Float.self)
      check(Double.self)

      func check<S: BinaryFloatingPoint>(_ type: S.Type) {
        let label = "\(name) of \(rows)x\(columns) \(S.self)"
        var sums = OffsetArray<S>(z), values = OffsetArray<S>(count: z.count), slopes = OffsetArray<S>(dy)
        let added = sums.elements.enumerated().map { $1 + S(bias[$0 % columns]) }
        let offsets = OffsetArray<S>(bias)
        forward(f, rows, columns, &sums, offsets, &values)
        #expect(sums.elements == added, "\(label): z gets the bias")
        let exact = added.map { reference(f, 0.3, Double($0)) }
        // The tail of gelu has the error of its exponent, z^2 / 2.
        expectClose(values, exact.map(\.value), tolerance: tolerance(S.self) * (f == ck_gelu ? 8 : 1), label)
        backward(f, z.count, sums, values, &slopes)
        let expected = zip(exact, dy).map { Double(S($1)) * $0.slope }
        expectClose(slopes, expected, tolerance: tolerance(S.self) * 4, floor: 1, "\(label) backward")
      }
    }
  }

  private func forward<S>(
    _ f: ck_activation, _ rows: Int, _ columns: Int, _ z: inout OffsetArray<S>, _ bias: OffsetArray<S>,
    _ y: inout OffsetArray<S>
  ) {
    z.write { z in
      bias.read { bias in
        y.write { y in
          if let z = z as? UnsafeMutablePointer<Float>, let bias = bias as? UnsafePointer<Float> {
            ck_bias_activation(f, Float(0.3), rows, columns, z, bias, y as? UnsafeMutablePointer<Float>)
          } else if let z = z as? UnsafeMutablePointer<Double>, let bias = bias as? UnsafePointer<Double> {
            ck_bias_activation(f, 0.3, rows, columns, z, bias, y as? UnsafeMutablePointer<Double>)
          }
        }
      }
    }
  }

  private func backward<S>(
    _ f: ck_activation, _ n: Int, _ z: OffsetArray<S>, _ y: OffsetArray<S>, _ d: inout OffsetArray<S>
  ) {
    z.read { z in
      y.read { y in
        d.write { d in
          if let z = z as? UnsafePointer<Float>, let d = d as? UnsafeMutablePointer<Float> {
            ck_activation_backward(f, Float(0.3), n, z, y as? UnsafePointer<Float>, d, d)
          } else if let z = z as? UnsafePointer<Double>, let d = d as? UnsafeMutablePointer<Double> {
            ck_activation_backward(f, 0.3, n, z, y as? UnsafePointer<Double>, d, d)
          }
        }
      }
    }
  }

  @Test("the bias may be missing, and the result may take the place of z")
  func activationInPlace() {
    let z = madeUpNumbers(3 * 50, seed: 9)
    for index in 0..<9 {
      let f = ck_activation(UInt32(index))
      var apart = [Float](repeating: 0, count: 150), source = z.map { Float($0) }, together = source
      ck_bias_activation(f, Float(0.3), 3, 50, &source, nil, &apart)
      #expect(source == z.map { Float($0) }, "\(activationNames[index]): without a bias z stays")
      together.withUnsafeMutableBufferPointer {
        ck_bias_activation(f, Float(0.3), 3, 50, $0.baseAddress, nil, $0.baseAddress)
      }
      #expect(together == apart, "\(activationNames[index]) in place")
    }
  }

  @Test("numbers at the ends pass through the activations as they should")
  func specialValues() {
    let z: [Float] = [.nan, .infinity, -.infinity, -200, 200, 0, -1e-30]
    // threshold, sigmoid, tanh, relu, leaky relu, elu, softplus; the first of each is nan.
    let expected: [(ck_activation, [Float])] = [
      (ck_threshold, [1, 0, 0, 1, 1, 0]), (ck_sigmoid, [1, 0, 0, 1, 0.5, 0.5]),
      (ck_tanh, [1, -1, -1, 1, 0, -1e-30]), (ck_relu, [.infinity, 0, 0, 200, 0, 0]),
      (ck_leaky_relu, [.infinity, -.infinity, -50, 200, 0, -0.25e-30]),
      (ck_elu, [.infinity, -0.25, -0.25, 200, 0, -0.25e-30]),
      (ck_softplus, [.infinity, 0, 0, 200, 0.6931472, 0.6931472]),
    ]
    for (f, values) in expected {
      var source = z, y = z
      ck_bias_activation(f, Float(0.25), 1, z.count, &source, nil, &y)
      let name = activationNames[Int(f.rawValue)]
      #expect(y[0].isNaN, "\(name)(nan)")
      for (index, value) in values.enumerated() {
        let found = y[index + 1]
        #expect(found == value || abs(found - value) <= 2e-7 * abs(value), "\(name)(\(z[index + 1])) is \(found)")
      }
    }
    var y = z
    ck_exp(z.count, z, &y)
    #expect(y[0].isNaN && y[1] == .infinity && y[2] == 0 && y[3] == 0 && y[4] == .infinity && y[5] == 1 && y[6] == 1)
    var gelu: [Float] = [.nan, 0, 100, -100, .infinity]
    gelu.withUnsafeMutableBufferPointer {
      ck_bias_activation(ck_gelu, Float(0), 1, 5, $0.baseAddress, nil, $0.baseAddress)
    }
    #expect(gelu[0].isNaN && gelu[1] == 0 && gelu[2] == 100 && gelu[3] == 0 && gelu[4] == .infinity)
    // Subnormal results are made step by step, not cut off.
    var small: [Float] = [-88, -95, -103]
    small.withUnsafeMutableBufferPointer { ck_exp(3, $0.baseAddress, $0.baseAddress) }
    for (found, x) in zip(small, [-88.0, -95, -103]) { #expect(abs(Double(found) - exp(x)) <= 1.5e-45) }
  }

  @Test("bytes become numbers")
  func bytes() {
    let bytes = (0..<20_011).map { UInt8($0 % 256) }
    var floats = OffsetArray<Float>(count: bytes.count), doubles = OffsetArray<Double>(count: bytes.count)
    floats.write { ck_bytes_to_scalars(bytes.count, bytes, Float(1) / 255, Float(-0.5), $0) }
    doubles.write { ck_bytes_to_scalars(bytes.count, bytes, 1.0 / 255, -0.5, $0) }
    expectClose(floats, bytes.map { Double($0) / 255 - 0.5 }, tolerance: 1e-7, floor: 1, "bytes")
    expectClose(doubles, bytes.map { Double($0) / 255 - 0.5 }, tolerance: 1e-15, floor: 1, "bytes")
  }
}
