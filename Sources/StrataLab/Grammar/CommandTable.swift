// All commands, in the order of help. One line a command: everything else about it stands in its own file.
import StrataEngine

/// The commands of the laboratory.
public enum CommandTable {
  /// Every command, in the order of help.
  public static let all: [Command] = [
    .data, .new, .add, .insert, .remove, .change, .network, .rbm, .crbm, .autoencoder, .stack, .helmholtz, .unroll,
    .kmeans, .label, .rule, .rules, .minimize,
    .learn, .set, .seed, .sweep,
    .step, .next, .finish, .wake, .sleep, .run,
    .back, .goto, .mark, .timeline, .branches, .branch, .compare,
    .break, .watch, .breaks, .delete,
    .show, .print, .explain, .check, .test, .likelihood, .landscape, .pca, .dream, .generate,
    .save, .load, .export,
    .say, .ask, .hint, .answer, .pause, .expect, .restore, .help, .quit,
  ]
}
