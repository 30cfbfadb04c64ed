// How a Boltzmann machine's learner finds out what the machine believes when nothing is shown to it: the negative half
// of the gradient ⟨v h⟩data − ⟨v h⟩model. The three ways share one learner; each is a type so that `learn` knows it by
// its own word.

/// Where the negative phase takes its statistics from.
public protocol NegativePhase: Sendable {
  /// The word for `learn`.
  static var keyword: String { get }
  /// One sentence for help.
  static var summary: String { get }
  static var source: NegativeSource { get }
}

/// The three ways.
public enum NegativeSource: Sendable {
  /// A short chain from each sample.
  case data
  /// Chains that go on from one mini-batch to the next.
  case particles
  /// The sum over all states.
  case enumeration
}

/// A few Gibbs steps from the data (Hinton 2002). Follows no gradient exactly (Sutskever, Tieleman 2010), and works.
public enum ContrastiveDivergence: NegativePhase {
  public static let keyword = "cd"
  public static let summary =
    "contrastive divergence: a few Gibbs steps away from the data show what the machine prefers"
  public static let source = NegativeSource.data
}

/// Chains that are never restarted, a step or a few an update (Younes 1999; Tieleman 2008).
public enum PersistentContrastiveDivergence: NegativePhase {
  public static let keyword = "pcd"
  public static let summary = "persistent contrastive divergence: fantasy particles wander on from update to update"
  public static let source = NegativeSource.particles
}

/// The gradient itself, by summing over all states of the smaller side.
public enum ExactGradient: NegativePhase {
  public static let keyword = "exact"
  public static let summary = "the exact gradient of the likelihood, where one side has at most 20 units"
  public static let source = NegativeSource.enumeration
}

/// `learn cd`
public typealias ContrastiveDivergenceLearner = BoltzmannLearner<ContrastiveDivergence>
/// `learn pcd`
public typealias PersistentLearner = BoltzmannLearner<PersistentContrastiveDivergence>
/// `learn exact`
public typealias ExactLearner = BoltzmannLearner<ExactGradient>
