import Foundation
import StrataData
import StrataEngine
import Testing

/// Tensors in files that other frameworks read and write.
struct TensorFileTests {
  /// safetensors.torch.save({"w": tensor([[1.5,-2.25,0.1],[3e-3,4e5,-0.0]]), "d": tensor([0.1,1e-3], dtype=float64),
  /// "h": tensor([1.5,-2.0,6.1e-5,6e-8,65504], dtype=float16), "b": tensor([1.0,-3.140625], dtype=bfloat16),
  /// "n": tensor(7)}, {"format": "pt", "note": 'a "quoted" word'}): PyTorch 2.15, safetensors 0.8
  private let fromPyTorch = """
    UAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoiYSBcInF1b3RlZFwiIHdvcmQiLCJmb3JtYXQiOiJwdCJ9LCJuIjp7ImR0eXBl\
    IjoiSTY0Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFf\
    b2Zmc2V0cyI6WzgsMjRdfSwidyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsNDhdfSwiYiI6\
    eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0OCw1Ml19LCJoIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUi\
    Ols1XSwiZGF0YV9vZmZzZXRzIjpbNTIsNjJdfX0gICAHAAAAAAAAAJqZmZmZmbk//Knx0k1iUD8AAMA/AAAQwM3MzD2mm0Q7AFDDSAAA\
    AICAP0nAAD4AwP8DAQD/ew==
    """

  @Test func aFileOfPyTorchsIsRead() throws {
    let bytes = Array(try #require(Data(base64Encoded: fromPyTorch)))
    let file = try Safetensors(bytes: bytes, place: "weights")
    #expect(file.metadata == ["format": "pt", "note": "a \"quoted\" word"])
    #expect(file.entries.map(\.name) == ["n", "d", "w", "b", "h"])
    #expect(file["w"] == Tensor([2, 3], elements: [1.5, -2.25, 0.1, 3e-3, 4e5, -0.0]))
    #expect(file["w"]?.elements.last?.sign == .minus)
    #expect(file["d"] == Tensor([2], elements: [0.1, 1e-3]))
    #expect(file["n"] == Tensor([], elements: [7]))
    #expect(file["b"]?.elements == [1, -3.140625])
    // torch.tensor([…], dtype=float16).float().tolist()
    #expect(file["h"]?.elements == [1.5, -2, 6.097555160522461e-05, 5.960464477539063e-08, 65504])
    #expect(file["nothing"] == nil)
  }

  @Test func whatIsWrittenIsReadBackToTheBit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights.safetensors"
    let file = Safetensors(
      [
        .init("layer1.weight", Tensor([2, 3], elements: [1, -2, .pi, Scalar.leastNonzeroMagnitude, .infinity, -0.0])),
        .init("empty", Tensor([0])), .init("scalar", Tensor([], elements: [7])),
        .init("a \"name\"\n\\ ü", Tensor([1, 1, 1, 1, 2], elements: [0.1, 0.2])),
      ], metadata: ["format": "pt", "by": "a \u{1} test"])
    try file.write(to: path)
    let again = try Safetensors.read(path)
    #expect(again.metadata == file.metadata)
    for entry in file.entries { #expect(again[entry.name] == entry.tensor) }
    let bytes = try #require(folder.bytes(of: "weights.safetensors"))
    // The numbers begin at a multiple of 8.
    let headerLength = Int(bytes[0]) | Int(bytes[1]) << 8
    #expect(headerLength % 8 == 0)
    #expect(folder.names == ["weights.safetensors"])
  }

  @Test func notTwoTensorsOfOneName() {
    let tensor = Tensor([1])
    expectError(saying: "two tensors called w") {
      _ = try Safetensors([.init("w", tensor), .init("w", tensor)]).encoded()
    }
  }

  private func safetensors(_ header: String, _ data: Int) -> [UInt8] {
    littleEndian(header.utf8.count, bytes: 8) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: [
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "there are 4"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12, "12 bytes are there"),
    (#"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "needs other than the 8 bytes"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "0 was expected"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "begins at byte 8"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,-8]}}"#, 8, "no JSON object"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "no JSON object"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      12,
      "tensor b begins at byte 4"
    ),
    (#"{"w":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}}"#, 8, "F8"),
    (#"{"w":{"dtype":"F32","shape":[1,1,1,1,1,2],"data_offsets":[0,8]}}"#, 8, "at most 5 axes"),
    (#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "[-2]"),
    (#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, 8, "less than 2³¹"),
    (#"{"w":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}"#, 8, "needs other"),
    (#"{"w":{"shape":[2],"data_offsets":[0,8]}}"#, 8, "no dtype"),
    (#"{"w":{"dtype":"F32","shape":"two","data_offsets":[0,8]}}"#, 8, "wrong in w, shape"),
    (#"{"__metadata__":{"a":1}}"#, 0, "no JSON object"),
    (#"["w"]"#, 0, "brace"),
    (#"{"w":{"dtype":"F32","#, 0, "not well formed"),
  ])
  func badHeadersSayWhatIsWrong(header: String, data: Int, piece: String) {
    expectError(saying: piece) { _ = try Safetensors(bytes: safetensors(header, data), place: "weights") }
  }

  @Test func badFilesSayWhatIsWrong() {
    expectError(saying: "5 bytes") { _ = try Safetensors(bytes: [1, 2, 3, 4, 5], place: "weights") }
    let absurd = [UInt8](repeating: 0xff, count: 8) + Array("{}".utf8)
    expectError(saying: "18446744073709551615 bytes is announced") {
      _ = try Safetensors(bytes: absurd, place: "weights")
    }
    expectError(saying: "header of 100 bytes") {
      _ = try Safetensors(bytes: littleEndian(100, bytes: 8) + Array("{}".utf8), place: "weights")
    }
    expectError(saying: "no such file") { _ = try Safetensors.read("/none/weights.safetensors") }
    expectError(saying: "is a folder") { _ = try Safetensors.read("/") }
  }

  @Test func npyIsWhatNumPyWrites() throws {
    // numpy.save(f, numpy.array([[1, 2, 3], [4, 5, 6]], dtype="<f4")) gives these first 128 bytes.
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    var expected: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
    expected += Array(header.utf8) + [UInt8](repeating: 32, count: 117 - header.utf8.count) + [10]
    let bytes = NPY.encode(Tensor([2, 3], elements: [1, 2, 3, 4, 5, 6]))
    #expect(Array(bytes.prefix(128)) == expected)
    #expect(bytes.count == 128 + 24)
  }

  @Test(arguments: [[], [1], [5], [2, 3], [0, 4], [2, 1, 2, 1, 3]])
  func npyIsReadBack(extents: [Int]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.npy"
    let tensor = Tensor(Shape(extents), elements: (0..<Shape(extents).elementCount).map { Scalar($0) * 0.1 })
    try NPY.write(tensor, to: path)
    #expect(try NPY.read(path) == tensor)
  }

  @Test func writingReplacesAllOrNothing() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    try AtomicFile.write("new and longer", to: path)
    #expect(folder.bytes(of: "file") == Array("new and longer".utf8))
    #expect(folder.names == ["file"])
    expectError(saying: "its folder does not exist") { try AtomicFile.write("x", to: folder.path + "/none/file") }
    expectError(saying: "is a folder") { try AtomicFile.write("x", to: folder.path) }
    expectError(saying: "device") { try AtomicFile.write("x", to: "/dev/null") }
    #expect(folder.names == ["file"])
  }

  @Test func aLinkStaysALink() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "real/file")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/real/file")
    try AtomicFile.write("new", to: folder.path + "/link")
    #expect(folder.bytes(of: "real/file") == Array("new".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link").hasSuffix("real/file"))
  }
}
