import CKernels
import Testing

@Suite("Kernels: random numbers")
struct KernelRandomTests {
  @Test("Philox 4x32-10 gives the known answers")
  func knownAnswers() {
    var words: [UInt32] = [0, 0, 0, 0]
    ck_philox_block(0, 0, 0, &words)
    #expect(words == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    ck_philox_block(.max, .max, .max, &words)
    #expect(words == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    var x = [Float](repeating: 0, count: 300)
    ck_uniform(300, 1, 2, 3, Float(0), Float(1), &x)
    ck_uniform(300, 1, 2, 3, 0, 1, &x)
    #expect(x.allSatisfy { $0 >= 0 && $0 < 1 })
  }
}
