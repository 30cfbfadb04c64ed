// Images and labels in IDX files stand beside each other under names that tell which is which: those of MNIST.
import StrataEngine

/// Images with their labels, and the test pair where there is one.
struct IDXPair {
  var images: String
  var labels: String?
  var testImages: String?
  var testLabels: String?

  /// Finds the pair in a folder by MNIST's names, compressed or not; nil where the training images are not there.
  init?(folder: String) {
    guard let images = IDXPair.find("\(folder)/train-images-idx3-ubyte") else { return nil }
    self.init(images: images)
  }

  /// Finds what belongs to a file of images by its name.
  init(images: String) {
    self.images = images
    let slash = images.lastIndex(of: "/").map { images.index(after: $0) } ?? images.startIndex
    let folder = String(images[..<slash])
    var name = String(images[slash...])
    if name.hasSuffix(".gz") { name.removeLast(3) }
    guard let other = IDXPair.replacing("images", in: name, by: "labels") else { return }
    let labels = IDXPair.replacing("idx3", in: other, by: "idx1") ?? other
    self.labels = IDXPair.find(folder + labels)
    for part in ["t10k", "test"] {
      guard let testImages = IDXPair.replacing("train", in: name, by: part).flatMap({ IDXPair.find(folder + $0) }),
        let testLabels = IDXPair.replacing("train", in: labels, by: part).flatMap({ IDXPair.find(folder + $0) })
      else { continue }
      self.testImages = testImages
      self.testLabels = testLabels
      return
    }
  }

  /// Reads the files. `scale` brings a byte to 0...1.
  func load(name: String, about: String, classNames: [String]? = nil) throws(StrataError) -> SourceData {
    guard let labels else {
      throw StrataError(
        "\(images) has no labels beside it: expected its name with \"labels-idx1\" instead of \"images-idx3\"")
    }
    let samples = try IDXPair.samples(images, labels, classNames)
    var source = SourceData(name: name, about: about, samples: samples)
    if let testImages, let testLabels {
      let test = try IDXPair.samples(testImages, testLabels, classNames)
      guard test.inputs.sampleShape == samples.inputs.sampleShape else {
        throw StrataError(
          "\(testImages) has images of \(test.inputs.sampleShape), the training images are \(samples.inputs.sampleShape)"
        )
      }
      source.ownTest = test
    }
    source.uniteClassNames()
    return source
  }

  private static func samples(_ imagesPath: String, _ labelsPath: String, _ names: [String]?) throws(StrataError)
    -> Samples
  {
    let images = try IDX(path: imagesPath)
    let labels = try IDX(path: labelsPath)
    guard images.extents.count > 1 else {
      throw StrataError("\(imagesPath) holds single numbers (1 axis); images with 2 to 4 axes were expected")
    }
    guard labels.extents.count == 1 else {
      throw StrataError("\(labelsPath) has \(labels.extents.count) axes; labels have 1")
    }
    guard labels.count == images.count else {
      throw StrataError("\(labelsPath) has \(labels.count) labels for the \(images.count) images in \(imagesPath)")
    }
    let highest = Int(labels.bytes.max() ?? 0)
    if let names, highest >= names.count {
      let place = labels.bytes.firstIndex { Int($0) >= names.count } ?? 0
      throw StrataError(
        "\(labelsPath): label \(place) is \(labels.bytes[place]); 0 to \(names.count - 1) were expected")
    }
    return Samples(
      inputs: SampleStore(
        sampleShape: Shape(Array(images.extents.dropFirst())),
        storage: .bytes(images.bytes, scale: 1 / 255, offset: 0)),
      targets: .classes(labels: labels.bytes.map(Int32.init), names: names ?? (0...highest).map(String.init)))
  }

  /// The path as it is or with `.gz`, also with a dot before `idx` as some copies have it; nil where none is a file.
  private static func find(_ path: String) -> String? {
    let dotted = replacing("-idx", in: path, by: ".idx") ?? path
    return [path, path + ".gz", dotted, dotted + ".gz"].first { InputFile.kind(of: $0) == .file }
  }

  /// The text with its last occurrence of `old` replaced; nil where there is none.
  private static func replacing(_ old: String, in text: String, by new: String) -> String? {
    guard let range = text.ranges(of: old).last else { return nil }
    return text.replacingCharacters(in: range, with: new)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
    self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}

extension SourceData {
  /// Gives both parts the longer list of class names: a test part may lack the highest class or have one more.
  mutating func uniteClassNames() {
    guard case .classes(let labels, let names) = samples.targets, var test = ownTest,
      case .classes(let testLabels, let testNames) = test.targets, names != testNames
    else { return }
    let longer = names.count >= testNames.count ? names : testNames
    samples.targets = .classes(labels: labels, names: longer)
    test.targets = .classes(labels: testLabels, names: longer)
    ownTest = test
  }
}
