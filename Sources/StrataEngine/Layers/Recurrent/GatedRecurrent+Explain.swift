// The numbers of a gated recurrent unit with their formulas, and the layer in PyTorch.

extension GatedRecurrent {
  public func returnText(_ number: String, _ next: SequencePlace) -> String {
    " (δq for n's columns) + ∇h\(number)\(next)·z"
  }

  public func explain(_ part: SequenceTrace.Part, at place: SequencePlace, _ reader: SequenceReader) -> [String]? {
    let n = reader.suffix
    let unit = place.column(place.unit % units)
    let gate = place.unit / units
    let r = reader.value(.gates, unit)
    let z = reader.value(.gates, unit.column(units + unit.unit))
    let candidate = reader.value(.gates, unit.column(2 * units + unit.unit))
    let (q, before) = (reader.value(.recalled, unit), reader.value(.state, unit.later(-1)))
    let gradient = reader.value(.stateGradient, unit)
    let candidateDelta = reader.value(.delta, unit.column(2 * units + unit.unit))
    func text(_ value: Scalar) -> String { value < 0 ? "(\(number(value)))" : number(value) }
    switch part {
    case .gates where gate < 2:
      let letter = gate == 0 ? "r" : "z"
      let sum = reader.sum(at: place, column: place.unit)
      let now = Activation.sigmoid.value(sum)
      return reader.sum(name: "sum of \(letter)\(n)\(unit)", at: place, column: place.unit)
        + ["\(letter)\(n)\(unit) = σ(\(number(sum))) = \(number(now))"]
        + reader.stale(reader.value(.gates, place), now: now)
    case .gates:
      let sum = reader.inputSum(at: place, column: place.unit)
      let now = Activation.tanh.value(sum + Double(r) * Double(q))
      return [
        "n\(n)\(unit) = tanh(Σ_k \(reader.inputSign)[\(place.sample),\(place.time),k]·W\(n)[k,\(place.unit)]"
          + " + b\(n)[\(place.unit)] + r·q)",
        "= tanh(\(number(sum)) + \(number(r))·\(text(q))) = \(number(now))",
      ] + reader.stale(candidate, now: now)
    case .recalled:
      let column = 2 * units + place.unit
      let bias = parameters[3].value[flat: place.unit]
      let now = reader.stateSum(at: place, column: column) + Double(bias)
      return [
        "q\(n)\(place) = Σ_k h\(n)[\(place.sample),\(place.time - 1),k]·U\(n)[k,\(column)] + a\(n)[\(place.unit)]",
        "= \(number(now - Double(bias))) + \(text(bias)) = \(number(now))",
      ] + reader.stale(q, now: now)
    case .state:
      return [
        "h\(n)\(place) = (1 − z)·n + z·h\(n)\(place.later(-1))",
        "= \(number(1 - z))·\(text(candidate)) + \(number(z))·\(text(before)) = \(number(reader.value(.state, place)))",
      ]
    case .delta:
      let value = number(reader.value(.delta, place))
      switch gate {
      case 0:
        return [
          "δr\(n)\(unit) = δn·q·r(1 − r)",
          "= \(text(candidateDelta))·\(text(q))·\(number(r))·\(number(1 - r)) = \(value)",
        ]
      case 1:
        return [
          "δz\(n)\(unit) = ∇h·(h\(n)\(unit.later(-1)) − n)·z(1 − z)",
          "= \(text(gradient))·\(text(before - candidate))·\(number(z))·\(number(1 - z)) = \(value)",
        ]
      default:
        return [
          "δn\(n)\(unit) = ∇h·(1 − z)·(1 − n²)",
          "= \(text(gradient))·\(number(1 - z))·\(number(1 - candidate * candidate)) = \(value)",
        ]
      }
    case .recalledDelta:
      return [
        "δq\(n)\(place) = δn·r",
        "= \(text(candidateDelta))·\(number(r)) = \(number(reader.value(.recalledDelta, place)))",
      ]
    default: return nil
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "gru\(number)"
    return PyTorchLayer(
      construction: ["self.\(name) = nn.GRU(\(input[1]), \(units), batch_first=True)"],
      loading: [
        "self.\(name).weight_ih_l0.copy_(tensors[\"layer\(number).weight\"].T)",
        "self.\(name).weight_hh_l0.copy_(tensors[\"layer\(number).recurrent\"].T)",
        "self.\(name).bias_ih_l0.copy_(tensors[\"layer\(number).bias\"])",
        "self.\(name).bias_hh_l0.zero_()",
        "self.\(name).bias_hh_l0[\(2 * units):].copy_(tensors[\"layer\(number).recurrent-bias\"])",
      ],
      computation: [form.pyTorchOutput(of: name)])
  }
}
