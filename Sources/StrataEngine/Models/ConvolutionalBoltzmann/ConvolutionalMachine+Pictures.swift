// From the units of a convolutional machine back to pictures: where a pooling unit's block was on, and what a map of a
// higher level looks for in the input.

extension ConvolutionalMachine {
  /// Hidden probabilities from those of the pooling units. Within a block they are shared out as `like` has them, which are
  /// hidden probabilities of the same samples; evenly where it is nil or has nothing there.
  public func unpooled(_ pooled: Tensor, like: Tensor?) -> Tensor {
    let (units, blocks) = (hidden, self.pooled)
    let count = pooled.count / blocks.shape.elementCount
    var result = Tensor(units.shape.batched(count))
    precondition(like == nil || like?.count == result.count, "hidden units of other samples")
    let even = 1 / Scalar(block.count)
    for sample in 0..<count {
      for row in 0..<blocks.rows {
        for column in 0..<blocks.columns {
          let corner = ((sample * units.rows + row * block.rows) * units.columns + column * block.columns) * maps
          let place = ((sample * blocks.rows + row) * blocks.columns + column) * maps
          for map in 0..<maps {
            var total: Scalar = 0
            if let like { eachUnit(corner + map) { total += like[flat: $0] } }
            eachUnit(corner + map) { unit in
              let share = like.flatMap { total > 0 ? $0[flat: unit] / total : nil } ?? even
              result[flat: unit] = pooled[flat: place + map] * share
            }
          }
        }
      }
    }
    return result
  }

  /// The units of the block whose first unit lies there.
  private func eachUnit(_ first: Int, _ body: (Int) -> Void) {
    for i in 0..<block.rows {
      for j in 0..<block.columns { body(first + (i * hidden.columns + j) * maps) }
    }
  }
}

extension ConvolutionalBeliefNetwork {
  /// What maps of a level, counted from 1, look for in the input, as far as that is linear: their kernels, put together
  /// from those of the maps below, a pooling unit standing for all units of its block alike. `[unit, row, column, in]`.
  public func fields(of number: Int, units: [Int]) -> Tensor {
    let level = levels[number - 1]
    guard number > 1 else {
      let (rows, columns, channels) = (level.kernelRows, level.kernelColumns, level.visible.maps)
      var result = Tensor([units.count, rows, columns, channels])
      for (place, unit) in units.enumerated() {
        for k in 0..<rows * columns * channels {
          result[flat: place * rows * columns * channels + k] = level.weight[flat: k * level.maps + unit]
        }
      }
      return result
    }
    let below = levels[number - 2]
    let blurred = blockFields(of: number - 1)
    let (rows, columns, channels) = (blurred.shape[1], blurred.shape[2], blurred.shape[3])
    // From one unit to the next of the map below it is this far at the input.
    let stride = levels.prefix(number - 1).reduce((rows: 1, columns: 1)) {
      ($0.rows * $1.block.rows, $0.columns * $1.block.columns)
    }
    let wide = columns + (level.kernelColumns - 1) * stride.columns
    var result = Tensor([units.count, rows + (level.kernelRows - 1) * stride.rows, wide, channels])
    let size = result.count / max(units.count, 1)
    var kernels = Tensor([units.count, below.maps])
    var parts = Tensor.empty
    for i in 0..<level.kernelRows {
      for j in 0..<level.kernelColumns {
        for (place, unit) in units.enumerated() {
          for map in 0..<below.maps { kernels[place, map] = level.weight[i, j, map, unit] }
        }
        parts.setProduct(kernels, blurred)
        for place in 0..<units.count {
          for row in 0..<rows {
            let from = (place * rows + row) * columns * channels
            let to = place * size + ((row + i * stride.rows) * wide + j * stride.columns) * channels
            for k in 0..<columns * channels { result[flat: to + k] += parts[flat: from + k] }
          }
        }
      }
    }
    return result
  }

  /// The fields of all maps of a level, averaged over the places of a block.
  private func blockFields(of number: Int) -> Tensor {
    let level = levels[number - 1]
    let fields = self.fields(of: number, units: Array(0..<level.maps))
    let stride = levels.prefix(number - 1).reduce((rows: 1, columns: 1)) {
      ($0.rows * $1.block.rows, $0.columns * $1.block.columns)
    }
    let (rows, columns, channels) = (fields.shape[1], fields.shape[2], fields.shape[3])
    let wide = columns + (level.block.columns - 1) * stride.columns
    let high = rows + (level.block.rows - 1) * stride.rows
    var result = Tensor([level.maps, high, wide, channels])
    let share = 1 / Scalar(level.block.count)
    for map in 0..<level.maps {
      for i in 0..<level.block.rows {
        for j in 0..<level.block.columns {
          for row in 0..<rows {
            let from = (map * rows + row) * columns * channels
            let to = ((map * high + row + i * stride.rows) * wide + j * stride.columns) * channels
            for k in 0..<columns * channels { result[flat: to + k] += share * fields[flat: from + k] }
          }
        }
      }
    }
    return result
  }
}
