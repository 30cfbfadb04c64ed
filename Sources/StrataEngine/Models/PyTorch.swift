// A model's arithmetic as lines of Python for PyTorch. Every layer writes its own lines, every model puts its class
// together from them; what goes around the class (reading files, printing, checking) is the exporter's.
//
// Conventions of the script: inside methods of the class the numbers on their way up are called `h`, as `[batch] + shape`
// with the axes in our order; weights arrive in a dictionary `tensors` under the names that they are saved by.

/// One layer as PyTorch computes it.
public struct PyTorchLayer: Hashable, Sendable {
  /// Lines of `__init__` that make what the layer keeps: `self.dense1 = nn.Linear(64, 10)`.
  public var construction: [String]
  /// Lines that bring its weights from `tensors` into what was made.
  public var loading: [String]
  /// Lines that turn `h`, the layer's input, into its output.
  public var computation: [String]

  public init(construction: [String] = [], loading: [String] = [], computation: [String]) {
    self.construction = construction
    self.loading = loading
    self.computation = computation
  }
}

/// A model as a class of PyTorch.
public struct PyTorchModule: Hashable, Sendable {
  /// What the script says about the model, line by line.
  public var about: [String]
  /// Lines of `__init__`, of `load(self, tensors)`, and of `forward(self, h)`.
  public var construction: [String]
  public var loading: [String]
  public var computation: [String]
  /// Further methods, whole, as lines that begin with `def`.
  public var methods: [[String]]
  /// What the model answers for inputs `x`: a name, and the expression that computes it. One for each of the model's
  /// own `answers(for:)`, with the same names.
  public var answers: [(name: String, expression: String)] {
    get { answerNames.indices.map { (answerNames[$0], answerExpressions[$0]) } }
    set {
      answerNames = newValue.map(\.name)
      answerExpressions = newValue.map(\.expression)
    }
  }
  private var answerNames: [String]
  private var answerExpressions: [String]
  /// What could not be carried over, each as a sentence for the user.
  public var omissions: [String]

  public init(
    about: [String], construction: [String], loading: [String], computation: [String], methods: [[String]] = [],
    answers: [(name: String, expression: String)], omissions: [String] = []
  ) {
    self.about = about
    self.construction = construction
    self.loading = loading
    self.computation = computation
    self.methods = methods
    answerNames = answers.map(\.name)
    answerExpressions = answers.map(\.expression)
    self.omissions = omissions
  }
}

/// A model that can be written down for PyTorch.
public protocol PyTorchExportable: Model {
  /// The class that computes the same. Throws where the model is only a plan yet.
  func pyTorch() throws(StrataError) -> PyTorchModule
  /// What the model itself answers for a batch of inputs, under the names of the module's answers: what the script is
  /// checked against.
  func answers(for input: Tensor) -> [(name: String, tensor: Tensor)]
}

extension Activation {
  /// The function in PyTorch, of the expression `z` whose first axis is the batch. `rank` counts the axes of one sample:
  /// softmax goes over all the numbers of a sample, maps seen flat, and over those of each step of a sequence.
  func pyTorch(_ z: String, rank: Int) -> String {
    switch self {
    case .identity: z
    case .step: "(\(z) >= 0).to(h.dtype)"
    case .sigmoid: "torch.sigmoid(\(z))"
    case .tanh: "torch.tanh(\(z))"
    case .relu: "torch.relu(\(z))"
    case .leakyReLU: "functional.leaky_relu(\(z), 0.01)"
    case .elu: "functional.elu(\(z))"
    case .gelu: "functional.gelu(\(z))"
    case .softplus: "functional.softplus(\(z))"
    case .softmax:
      rank <= 2 ? "torch.softmax(\(z), dim=-1)" : "torch.softmax(\(z).flatten(1), dim=1).reshape(h.shape)"
    }
  }
}
