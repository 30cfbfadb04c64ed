// The convolutional restricted Boltzmann machine: every hidden unit sees a window of the picture, all units of a map share
// one kernel, and blocks of a map's units share one pooling unit.
//
//   E(v, h) = −Σ h[r, c, n]·(v ∗ W)[r, c, n] − Σ_n c[n] Σ h[…, n] − Σ_m b[m] Σ v[…, m]
//   where in every block B of a map at most one unit is on; its pooling unit p is on when one is
//
//   x = v ∗ W + c                            P(h = 1 | v) = eˣ / (1 + Σ_B eˣ)        P(p = 0 | v) = 1 / (1 + Σ_B eˣ)
//   P(v = 1 | h) = σ(h ∗ᵀ W + b)             F(v) = −Σ_m b[m] Σ v[…, m] − Σ_blocks ln(1 + Σ_B eˣ)
//
// ∗ is the convolution of `conv` (windows that lie in the picture altogether), ∗ᵀ its transpose: every unit that is on puts
// its kernel back where it looked. Gaussian visible units have unit variance, as in a machine without windows. From a
// level above, a block gets one number more: it is added to each x of the block (section 3.7).
// Shapes: v [batch, row, column, in], W [row, column, in, out], h, x [batch, row, column, out], p the same by block.
// Source: Lee, Grosse, Ranganath, Ng 2009, "Convolutional deep belief networks for scalable unsupervised learning of
// hierarchical representations".
import CKernels

/// One convolutional machine with probabilistic max-pooling: alone, or a level of a convolutional belief network.
public struct ConvolutionalMachine: Sendable, Equatable {
  public let visibleUnits: VisibleUnits
  /// The picture that it sees.
  public let visible: MapShape
  /// Rows and columns of a block.
  public let block: PoolingWindow
  /// The standard deviation that its weights began with.
  public let deviation: Double
  /// W, `[row, column, in, out]`.
  public internal(set) var weight: Tensor
  /// b, one a map of the input.
  public internal(set) var visibleBias: Tensor
  /// c, one a map of hidden units.
  public internal(set) var hiddenBias: Tensor

  public var kernelRows: Int { weight.shape[0] }
  public var kernelColumns: Int { weight.shape[1] }
  /// How many maps of hidden units there are.
  public var maps: Int { weight.shape[3] }
  /// The maps of hidden units.
  public var hidden: MapShape {
    MapShape(rows: visible.rows - kernelRows + 1, columns: visible.columns - kernelColumns + 1, maps: maps)
  }
  /// The maps of pooling units.
  public var pooled: MapShape {
    MapShape(rows: hidden.rows / block.rows, columns: hidden.columns / block.columns, maps: maps)
  }
  public var parameterCount: Int { weight.count + visibleBias.count + hiddenBias.count }

  /// Small normal weights and zero biases. Traps unless the kernels fit into the picture and the blocks divide the maps.
  init(
    visible: MapShape, maps: Int, kernel: WindowSize, block: PoolingWindow, visibleUnits: VisibleUnits,
    deviation: Double, random: inout RandomStream
  ) {
    self.visible = visible
    self.block = block
    self.visibleUnits = visibleUnits
    self.deviation = deviation
    // Filled as a matrix, windows by maps, as a convolution's kernels are.
    var kernels = Tensor([kernel.rows * kernel.columns * visible.maps, maps])
    random.fillNormal(&kernels, mean: 0, deviation: Scalar(deviation))
    weight = kernels.reshaped(to: [kernel.rows, kernel.columns, visible.maps, maps])
    visibleBias = Tensor([visible.maps])
    hiddenBias = Tensor([maps])
    precondition(
      hidden.rows > 0 && hidden.columns > 0 && hidden.rows % block.rows == 0 && hidden.columns % block.columns == 0,
      "blocks of \(block.rows)×\(block.columns) in maps of \(hidden.shape)")
  }

  func geometry(batch: Int) -> ck_convolution {
    ck_convolution(
      batch: batch, rows: visible.rows, columns: visible.columns, maps: visible.maps, kernel_rows: kernelRows,
      kernel_columns: kernelColumns, stride: 1, padding: 0, out_rows: hidden.rows, out_columns: hidden.columns,
      out_maps: maps)
  }

  private func pooling(batch: Int) -> ck_pooling {
    ck_pooling(
      kind: ck_pool_probability, batch: batch, rows: hidden.rows, columns: hidden.columns, maps: maps,
      window_rows: block.rows, window_columns: block.columns)
  }

  // Upward.

  /// `x = v ∗ W + c`, the hidden units' total inputs.
  func hiddenInput(_ v: Tensor, into x: inout Tensor) {
    var g = geometry(batch: batch(of: v, visible))
    x.resize(to: hidden.shape.batched(g.batch))
    v.withUnsafeElements { v in
      weight.withUnsafeElements { w in
        hiddenBias.withUnsafeElements { c in
          x.withUnsafeMutableElements {
            ck_convolve(
              &g, ck_identity, 0, v.baseAddress, w.baseAddress, c.baseAddress, $0.baseAddress, $0.baseAddress)
          }
        }
      }
    }
  }

  /// The probabilities of hidden and pooling units given the visible ones. `above` is what a level above adds to each block,
  /// in the pooling units' shape; empty for nothing.
  func hiddenProbabilities(_ v: Tensor, above: Tensor = .empty, into h: inout Tensor, pooled p: inout Tensor) {
    hiddenInput(v, into: &h)
    var g = pooling(batch: batch(of: h, hidden))
    p.resize(to: pooled.shape.batched(g.batch))
    precondition(above.count == 0 || above.count == p.count, "\(above.shape) from above for \(p.shape)")
    above.withUnsafeElements { above in
      p.withUnsafeMutableElements { p in
        h.withUnsafeMutableElements { h in
          ck_pool_states(
            &g, h.baseAddress, above.isEmpty ? nil : above.baseAddress, 0, 0, 0, h.baseAddress, p.baseAddress, nil, nil,
            nil)
        }
      }
    }
  }

  /// The same, and states drawn from them: in every block at most one unit is on, and then so is its pooling unit.
  func sampleHidden(
    _ v: Tensor, above: Tensor = .empty, probability h: inout Tensor, state: inout Tensor, pooled p: inout Tensor,
    pooledState: inout Tensor, random: inout RandomStream
  ) {
    hiddenInput(v, into: &h)
    var g = pooling(batch: batch(of: h, hidden))
    state.resize(to: h.shape)
    p.resize(to: pooled.shape.batched(g.batch))
    pooledState.resize(to: p.shape)
    precondition(above.count == 0 || above.count == p.count, "\(above.shape) from above for \(p.shape)")
    let place = random.place(forDrawing: p.count)
    above.withUnsafeElements { above in
      p.withUnsafeMutableElements { p in
        h.withUnsafeMutableElements { h in
          state.withUnsafeMutableElements { state in
            pooledState.withUnsafeMutableElements {
              ck_pool_states(
                &g, h.baseAddress, above.isEmpty ? nil : above.baseAddress, place.key, place.stream, place.counter,
                h.baseAddress, p.baseAddress, state.baseAddress, $0.baseAddress, nil)
            }
          }
        }
      }
    }
  }

  // Downward.

  /// `h ∗ᵀ W`, what the hidden units add up to at the picture, without the bias: `[batch, row, column, in]`.
  func visibleInput(_ h: Tensor, into v: inout Tensor) {
    var g = geometry(batch: batch(of: h, hidden))
    v.resize(to: visible.shape.batched(g.batch))
    h.withUnsafeElements { h in
      weight.withUnsafeElements { w in
        v.withUnsafeMutableElements { ck_convolve_input_gradient(&g, h.baseAddress, w.baseAddress, $0.baseAddress) }
      }
    }
  }

  /// The visible units' probabilities (means, for Gaussian ones) given the hidden units.
  func visibleProbabilities(_ h: Tensor, into v: inout Tensor) {
    visibleInput(h, into: &v)
    applyVisible(&v)
  }

  /// `v = σ(v + b)`, or `v + b` for Gaussian units: the bias is one number a map.
  private func applyVisible(_ v: inout Tensor) {
    let function = visibleUnits == .binary ? ck_sigmoid : ck_identity
    visibleBias.withUnsafeElements { b in
      v.withUnsafeMutableElements {
        ck_bias_activation(function, 0, $0.count / b.count, b.count, $0.baseAddress, b.baseAddress, $0.baseAddress)
      }
    }
  }

  /// The visible units' probabilities (means), and states drawn from them.
  func sampleVisible(_ h: Tensor, probability v: inout Tensor, state: inout Tensor, random: inout RandomStream) {
    visibleProbabilities(h, into: &v)
    switch visibleUnits {
    case .binary: random.sampleBernoulli(v, into: &state)
    case .gaussian:
      state.resize(to: v.shape)
      random.fillNormal(&state, mean: 0, deviation: 1)
      state.add(v)
    }
  }

  // Learning.

  /// `total = keeping·total + scale·Σ v ∗ h` over samples and places: the likelihood's derivative by the kernels, one
  /// half of it. `workspace` takes the sum.
  func addCorrelation(
    _ v: Tensor, _ h: Tensor, scale: Scalar, keeping: Scalar, to total: inout Tensor, workspace: inout Tensor
  ) {
    var g = geometry(batch: batch(of: v, visible))
    precondition(batch(of: h, hidden) == g.batch, "\(h.shape) hidden units for \(v.shape)")
    workspace.resize(to: weight.shape)
    v.withUnsafeElements { v in
      h.withUnsafeElements { h in
        workspace.withUnsafeMutableElements {
          ck_convolve_weight_gradient(&g, v.baseAddress, h.baseAddress, $0.baseAddress)
        }
      }
    }
    if keeping != 1 { total.scale(by: keeping) }
    total.add(workspace, scale: scale)
  }

  // Energy.

  /// The free energy of each sample, F(v) = −ln Σₕ e^−E(v, h) over all states of the blocks, in nats.
  public func freeEnergies(_ v: Tensor) -> [Double] {
    var (h, mass) = (Tensor.empty, Tensor.empty)
    hiddenInput(v, into: &h)
    let count = batch(of: v, visible)
    var g = pooling(batch: count)
    mass.resize(to: pooled.shape.batched(count))
    h.withUnsafeMutableElements { h in
      mass.withUnsafeMutableElements {
        ck_pool_states(&g, h.baseAddress, nil, 0, 0, 0, h.baseAddress, nil, nil, nil, $0.baseAddress)
      }
    }
    let (units, picture, channels) = (pooled.shape.elementCount, visible.shape.elementCount, visible.maps)
    return mass.withUnsafeElements { mass in
      v.withUnsafeElements { v in
        (0..<count).map { sample in
          var energy = -ck_sum(units, mass.baseAddress! + sample * units)
          for i in 0..<picture {
            let (state, bias) = (Double(v[sample * picture + i]), Double(visibleBias[flat: i % channels]))
            energy += visibleUnits == .binary ? -state * bias : (state - bias) * (state - bias) / 2
          }
          return energy
        }
      }
    }
  }

  private func batch(of tensor: Tensor, _ shape: MapShape) -> Int {
    let size = shape.shape.elementCount
    precondition(tensor.count % size == 0, "\(tensor.shape) are no pictures of \(shape.shape)")
    return tensor.count / size
  }
}
