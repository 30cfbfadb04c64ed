// The compute threads and the matrix library under the kernels: what a session's fingerprint and `about` tell.
import CKernels

/// How the arithmetic is carried out on this machine.
public enum Compute {
  /// Threads for products and large elementwise work, 1...64. One setting for the whole process, because the threads
  /// belong to the matrix library; results are the same bits for the same number of threads.
  public static var threads: Int {
    get { Int(ck_threads()) }
    set { ck_set_threads(Int32(min(max(newValue, 1), 64))) }
  }

  /// Loads the matrix library now rather than at the first large product.
  public static func prepare() { ck_load_matrix_library() }

  /// `oneDNN 2.6.3, avx512f, 2 threads`: equal text and equal seeds give equal bits.
  public static var fingerprint: String {
    "\(String(cString: ck_matrix_library())), \(String(cString: ck_instruction_set())), "
      + "\(threads) thread\(threads == 1 ? "" : "s")"
  }
}
