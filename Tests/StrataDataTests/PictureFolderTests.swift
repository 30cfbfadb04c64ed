import StrataData
import StrataEngine
import Testing

/// A folder of PNG pictures for each class.
struct PictureFolderTests {
  private func folder(_ pictures: [(String, [UInt8])]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, bytes) in pictures { try folder.write(bytes, to: name) }
    return folder
  }

  @Test func foldersAreClassesInTheirOrder() throws {
    let folder = try folder([
      ("square/b.png", png(width: 2, height: 3, channels: 1, [1, 2, 3, 4, 5, 6])),
      ("square/a.PNG", png(width: 2, height: 3, channels: 1, [10, 20, 30, 40, 50, 60])),
      ("circle/1.png", png(width: 2, height: 3, channels: 1, [255, 0, 255, 0, 255, 0])),
      ("circle/notes.txt", Array("no picture".utf8)),
    ])
    let data = try load(folder.path)
    #expect(data.classNames == ["circle", "square"])
    #expect(labels(data.train) == [0, 1, 1])
    #expect(data.inputShape == [3, 2])
    #expect(
      data.train.inputs.storage
        == .bytes([255, 0, 255, 0, 255, 0, 10, 20, 30, 40, 50, 60, 1, 2, 3, 4, 5, 6], scale: 1 / 255, offset: 0))
  }

  @Test func coloursAreTheLastAxis() throws {
    let folder = try folder([("a/1.png", png(width: 1, height: 2, channels: 3, [1, 2, 3, 4, 5, 6]))])
    let data = try load(folder.path)
    #expect(data.inputShape == [2, 1, 3])
    #expect(data.train.inputs.storage == .bytes([1, 2, 3, 4, 5, 6], scale: 1 / 255, offset: 0))
  }

  @Test func aTestFolderIsTheTestPart() throws {
    let picture = png(width: 1, height: 1, channels: 1, [9])
    let folder = try folder([
      ("train/a/1.png", picture), ("train/b/1.png", picture), ("train/b/2.png", picture), ("test/a/1.png", picture),
      ("test/b/1.png", picture),
    ])
    let data = try load(folder.path, [])
    #expect(labels(data.train) == [0, 1, 1])
    #expect(labels(data.test) == [0, 1])
  }

  @Test func badFoldersNameTheFile() throws {
    let good = png(width: 2, height: 2, channels: 1, [1, 2, 3, 4])
    func bad(_ pictures: [(String, [UInt8])], _ pieces: String...) throws {
      let folder = try folder(pictures)
      do {
        _ = try load(folder.path)
        Issue.record("accepted; expected an error saying \(pieces)")
      } catch let error as StrataError {
        for piece in pieces { #expect(error.description.contains(piece), "\(error)") }
      }
    }
    try bad(
      [("a/1.png", good), ("b/2.png", png(width: 3, height: 2, channels: 1, [1, 2, 3, 4, 5, 6]))],
      "b/2.png is 3×2 grey", "a/1.png is 2×2 grey")
    try bad(
      [("a/1.png", good), ("a/2.png", png(width: 1, height: 1, channels: 3, [1, 2, 3]))], "a/2.png is 1×1 colour")
    try bad([("a/1.png", Array(good.dropLast(20)))], "a/1.png is damaged")
    try bad([("a/1.png", Array("GIF89a and more".utf8))], "a/1.png is no PNG")
    try bad([("a/1.png", [])], "a/1.png is no PNG")
    try bad([("a/notes.txt", [])], "/a holds no PNG pictures")
    try bad([("1.png", good)], "one folder of PNG pictures for each class")
    // A header that announces a picture a hundred thousand times as large as the file.
    var huge = good
    huge.replaceSubrange(16..<24, with: bigEndian(4000) + bigEndian(4000))
    huge.replaceSubrange(29..<33, with: bigEndian(Int(crc32(Array(huge[12..<29])))))
    try bad([("a/1.png", huge)], "a/1.png")
    var absurd = good
    absurd.replaceSubrange(16..<24, with: bigEndian(0x7fff_ffff) + bigEndian(0x7fff_ffff))
    absurd.replaceSubrange(29..<33, with: bigEndian(Int(crc32(Array(absurd[12..<29])))))
    try bad([("a/1.png", absurd)], "a/1.png")
  }

  @Test func aSinglePictureIsNoDataSet() throws {
    let folder = try folder([("1.png", png(width: 1, height: 1, channels: 1, [9]))])
    expectError(saying: "one picture", "a folder") { _ = try load(folder.path + "/1.png") }
  }
}
