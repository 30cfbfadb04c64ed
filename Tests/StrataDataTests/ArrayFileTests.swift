import Foundation
import StrataData
import StrataEngine
import Testing

/// NPY and NPZ files as data, those of NumPy itself among them.
struct ArrayFileTests {
  /// numpy.savez_compressed(f, x=numpy.arange(12).reshape(6, 2)/4, y=numpy.array([0,1,0,1,0,1])), NumPy 2.4
  private let compressed = """
    UEsDBC0AAAAIAAAAIQDf82Ua//////////8FABQAeC5ucHkBABAA4AAAAAAAAABoAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l\
    oG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GmY6CkaaOgq1CmQDLgYUcMEeQj+A0i+g9Aco/QVK/4DSf6A0gwOE\
    YoLSLFCazQEAUEsDBC0AAAAIAAAAIQAXLbOL//////////8FABQAeS5ucHkBABAAsAAAAAAAAABMAAAAAAAAAJvsF+obEMnIUMZQ\
    rZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GmY6mjoKtQoUAC4GKGBkQAW4+ABQSwECLQMtAAAA\
    CAAAACEA3/NlGmgAAADgAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAFy2zi0wAAACwAAAABQAAAAAA\
    AAAAAAAAgAGfAAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAAIgEAAAAA
    """

  /// a = numpy.arange(24).reshape(2, 3, 4).astype(">f8", order="F"); numpy.save(f, numpy.asfortranarray(a))
  private let fortran = """
    k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAEAoAAAAAAAAQBAAAAAA\
    AABAMAAAAAAAAEAgAAAAAAAAQDQAAAAAAAA/8AAAAAAAAEAqAAAAAAAAQBQAAAAAAABAMQAAAAAAAEAiAAAAAAAAQDUAAAAAAABA\
    AAAAAAAAAEAsAAAAAAAAQBgAAAAAAABAMgAAAAAAAEAkAAAAAAAAQDYAAAAAAABACAAAAAAAAEAuAAAAAAAAQBwAAAAAAABAMwAA\
    AAAAAEAmAAAAAAAAQDcAAAAAAAA=
    """

  /// numpy.savez_compressed with uint8 arrays x_train (arange(32).reshape(8, 2, 2)*8), y_train ([0,1,2,0,1,2,0,1]),
  /// x_test (zeros((2, 2, 2))), y_test ([2, 1])
  private let keras = """
    UEsDBC0AAAAIAAAAIQAzRtaO//////////8LABQAeF90cmFpbi5ucHkBABAAoAAAAAAAAABpAAAAAAAAAJvsF+obEMnIUMZQrZ6S\
    WpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GhY6CkZApKmjUKtAHuBi4BCQUNAwsHDwCIhIyCioaOiY\
    MGPBig07Dpy4cOPBiw8/AFBLAwQtAAAACAAAACEALKZtNf//////////CwAUAHlfdHJhaW4ubnB5AQAQAIgAAAAAAAAASQAAAAAA\
    AACb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RoWOpo6CrUKFAAuBkYmMAIA\
    UEsDBC0AAAAIAAAAIQCX13VY//////////8KABQAeF90ZXN0Lm5weQEAEACIAAAAAAAAAEkAAAAAAAAAm+wX6hsQychQxlCtnpJa\
    nFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKIKSpo1CrQB7gYoACAFBLAwQtAAAACAAAACEAGwBB\
    7f//////////CgAUAHlfdGVzdC5ucHkBABAAggAAAAAAAABGAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9U\
    UpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4mRgBQSwECLQMtAAAACAAAACEAM0bWjmkAAACgAAAACwAAAAAAAAAA\
    AAAAgAEAAAAAeF90cmFpbi5ucHlQSwECLQMtAAAACAAAACEALKZtNUkAAACIAAAACwAAAAAAAAAAAAAAgAGmAAAAeV90cmFpbi5u\
    cHlQSwECLQMtAAAACAAAACEAl9d1WEkAAACIAAAACgAAAAAAAAAAAAAAgAEsAQAAeF90ZXN0Lm5weVBLAQItAy0AAAAIAAAAIQAb\
    AEHtRgAAAIIAAAAKAAAAAAAAAAAAAACAAbEBAAB5X3Rlc3QubnB5UEsFBgAAAAAEAAQA4gAAADMCAAAAAA==
    """

  private func decode(_ text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }

  private func loading(_ bytes: [UInt8], _ name: String = "a.npz", _ options: [(String, String)] = [("test", "0")])
    throws
    -> DataSet
  {
    let folder = try TemporaryFolder()
    return try load(try folder.write(bytes, to: name), options)
  }

  @Test func numpysCompressedArchive() throws {
    let data = try loading(decode(compressed))
    #expect(values(data.train.inputs) == (0..<12).map { Scalar($0) / 4 })
    #expect(labels(data.train) == [0, 1, 0, 1, 0, 1])
    #expect(data.classNames == ["0", "1"])
    let asValues = try loading(decode(compressed), "a.npz", [("test", "0"), ("target", "values")])
    #expect(targets(asValues.train) == [0, 1, 0, 1, 0, 1])
    let plain = try loading(decode(compressed), "a.npz", [("test", "0"), ("label", "none")])
    #expect(plain.train.targets == .none)
  }

  @Test func numpysFortranOrderAndBigEndian() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(decode(fortran), to: "a.npy")
    let tensor = try NPY.read(path)
    #expect(tensor.shape == [2, 3, 4])
    #expect(tensor.elements == (0..<24).map { Scalar($0) })
    #expect(try load(path).inputShape == [3, 4])
  }

  @Test func anArchiveWithATestPart() throws {
    let data = try loading(decode(keras), "mnist.npz", [])
    #expect(data.inputShape == [2, 2])
    #expect(labels(data.train) == [0, 1, 2, 0, 1, 2, 0, 1])
    #expect(labels(data.test) == [2, 1])
    let pixels: [UInt8] = (0..<32).map { 8 * $0 }
    #expect(data.train.inputs.storage == .bytes(pixels, scale: 1 / 255, offset: 0))
  }

  @Test(
    arguments: [
      ("<f8", [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5), ("<f4", [0xbf, 0xc0, 0, 0], -1.5), ("<f2", [0x3e, 0], 1.5),
      ("|i1", [0xff], -1), ("<i2", [0xff, 0xfe], -2), ("<i4", [0, 1, 0, 0], 65536),
      ("<i8", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd], -3),
      ("|u1", [200], 200), ("<u2", [0xff, 0xff], 65535), ("<u4", [0, 0, 1, 0], 256),
      ("<u8", [0, 0, 0, 0, 0, 0, 0, 9], 9),
      ("|b1", [1], 1),
    ] as [(String, [UInt8], Scalar)])
  func everyNumberType(descr: String, big: [UInt8], expected: Scalar) throws {
    let folder = try TemporaryFolder()
    let little = try folder.write(npy(npyHeader(descr, "(1,)"), big.reversed()), to: "little.npy")
    #expect(try NPY.read(little).elements == [expected])
    let other = try folder.write(npy(npyHeader(descr.replacing("<", with: ">"), "(1,)"), big), to: "big.npy")
    #expect(try NPY.read(other).elements == [expected])
    for version in [2, 3] as [UInt8] {
      let later = try folder.write(npy(npyHeader(descr, "(1,)"), big.reversed(), version: version), to: "later.npy")
      #expect(try NPY.read(later).elements == [expected])
    }
  }

  @Test func aColumnOfAnArrayIsTheLabel() throws {
    let bytes = npy(npyHeader("|i1", "(4, 3)"), [1, 2, 0, 3, 4, 1, 5, 6, 0, 7, 8, 1])
    let data = try loading(bytes, "a.npy", [("label", "last"), ("test", "0")])
    #expect(labels(data.train) == [0, 1, 0, 1])
    #expect(values(data.train.inputs) == [1, 2, 3, 4, 5, 6, 7, 8])
    let first = try loading(bytes, "a.npy", [("label", "1"), ("target", "values"), ("test", "0")])
    #expect(targets(first.train) == [1, 3, 5, 7])
    #expect(try loading(bytes, "a.npy").train.targets == .none)
    expectError(saying: "no column 4") { _ = try loading(bytes, "a.npy", [("label", "4")]) }
  }

  @Test func oneHotTargetsAreClasses() throws {
    let x = npy(npyHeader("|u1", "(3, 1)"), [1, 2, 3])
    let oneHot = npy(npyHeader("|u1", "(3, 2)"), [1, 0, 0, 1, 1, 0])
    #expect(labels(try loading(zip([("X.npy", x), ("Y.npy", oneHot)])).train) == [0, 1, 0])
    let several = npy(npyHeader("|u1", "(3, 2)"), [1, 1, 0, 1, 1, 0])
    #expect(try loading(zip([("X.npy", x), ("y.npy", several)])).train.targets.width == 2)
    #expect(targets(try loading(zip([("data.npy", x), ("target.npy", several)])).train) == [1, 1, 0, 1, 1, 0])
  }

  @Test func badArraysSayWhereAndWhat() {
    let header = npyHeader("<f4", "(2, 2)")
    let data = [UInt8](repeating: 0, count: 16)
    func bad(_ bytes: [UInt8], _ pieces: String...) {
      do {
        _ = try loading(bytes, "a.npy")
        Issue.record("accepted; expected an error saying \(pieces)")
      } catch let error as StrataError {
        for piece in pieces { #expect(error.description.contains(piece), "\(error)") }
      } catch { Issue.record("\(error)") }
    }
    bad(npy(header, data.dropLast() + []), "2×2 numbers of 4 bytes", "15 bytes")
    bad(npy(header, data + [0]), "17 bytes")
    bad(Array(npy(header, data).prefix(9)), "ends at byte 9")
    bad(Array(npy(header, data).prefix(30)), "byte 8", "header of")
    bad(npy(header, data, version: 4), "version 1, 2 or 3", "found 4")
    bad(npy(npyHeader("<c8", "(2,)"), data), "<c8")
    bad(npy(npyHeader("[('a', '<f4')]", "(2,)").replacing("'[", with: "[").replacing("]'", with: "]"), data), "records")
    bad(npy("{'descr': '<f4', 'shape': (2, 2), }", data), "fortran_order is missing")
    bad(npy("{'descr': '<f4', 'fortran_order': maybe, 'shape': (2, 2), }", data), "expected True or False")
    bad(npy(npyHeader("<f4", "(99999999999999999999,)"), data), "extent")
    bad(npy(npyHeader("<f4", "(9223372036854775807, 9223372036854775807)"), data), "announced")
    bad(npy(npyHeader("<f4", "(1000000000, 1000)"), data), "announced", "16 bytes")
    bad(npy(npyHeader("<f4", "(0, 4)"), []), "no samples")
    bad(npy(npyHeader("<f4", "()"), [0, 0, 0, 0]), "single number")
    bad(npy(npyHeader("<f4", "(1, 2, 1, 2, 1, 1)"), data), "at most 5 axes")
    bad(npy(npyHeader("<f4", "(2, 2)"), [0, 0, 0xc0, 0x7f] + data.dropFirst(4)), "number 0 of sample 0 is nan")
    bad(npy(npyHeader("<f4", "(2, 2), 'more': 1"), data), "found \"more\"")
  }

  @Test func badArchivesSayWhereAndWhat() {
    let x = npy(npyHeader("|u1", "(3, 1)"), [1, 2, 3])
    let y = npy(npyHeader("|u1", "(3,)"), [1, 2, 3])
    let whole = zip([("x.npy", x), ("y.npy", y)])
    expectError(saying: "no directory") { _ = try loading(whole.dropLast(10) + []) }
    expectError(saying: "found x.npy") { _ = try loading(zip([("x.npy", x)])) }
    expectError(saying: "found none") { _ = try loading(zip([])) }
    var flipped = whole
    flipped[30 + 5 + x.count - 1] ^= 1
    expectError(saying: "member x.npy", "checksum") { _ = try loading(flipped) }
    expectError(saying: "3 samples", "targets are 2") {
      _ = try loading(zip([("x.npy", x), ("y.npy", npy(npyHeader("|u1", "(2,)"), [1, 2]))]))
    }
    // A size in the directory that the compressed bytes cannot expand to.
    var lying = zip([("x.npy", x), ("y.npy", y)])
    let entry = lying.count - 22 - 2 * (46 + 5)
    lying.replaceSubrange(entry + 10..<entry + 12, with: [8, 0])
    lying.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0, 0x70])
    expectError(saying: "member x.npy", "cannot hold") { _ = try loading(lying) }
  }
}
