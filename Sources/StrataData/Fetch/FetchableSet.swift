// Data that are too large to come with the program: what their files are, where they are published, and how to tell that
// they arrived whole.
import StrataEngine

/// A data set that can be fetched.
public struct FetchableSet: Sendable, Hashable {
  /// How a file is told from a damaged or a different one.
  public enum Checksum: Sendable, Hashable {
    /// SHA-256 of the contents after expansion, in hexadecimal digits.
    case sha256OfContents(String)
    /// MD5 of the file as published (compressed), in hexadecimal digits: a guard against damage, not against malice.
    case md5OfFile(String)
  }

  /// One file as published.
  public struct File: Sendable, Hashable {
    /// `train-images-idx3-ubyte.gz`
    public var name: String
    /// What tells that it is the published file.
    public var checksum: Checksum
    /// The most bytes that the file can have, compressed or not: what arrives beyond is refused.
    public var mostBytes: Int

    /// A file by its published name.
    public init(_ name: String, _ checksum: Checksum, mostBytes: Int) {
      self.name = name
      self.checksum = checksum
      self.mostBytes = mostBytes
    }
  }

  /// The word typed, and the folder's name below a data place.
  public var name: String
  /// Who made the data and where they are described.
  public var source: String
  /// The terms under which they may be used.
  public var licence: String
  /// URL prefixes, tried in this order; each ends in a slash.
  public var mirrors: [String]
  /// The files in the order in which they are fetched.
  public var files: [File]

  /// A set of our own, from wherever `mirrors` point.
  public init(name: String, source: String, licence: String, mirrors: [String], files: [File]) {
    self.name = name
    self.source = source
    self.licence = licence
    self.mirrors = mirrors
    self.files = files
  }

  /// Everything that can be fetched by name.
  public static let all: [FetchableSet] = [.mnist, .fashion]

  /// MNIST, with the SHA-256 sums of its four files after expansion.
  public static let mnist = FetchableSet(
    name: "mnist",
    source: "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits, 1998",
    licence: "CC BY-SA 3.0",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: [
      File(
        "train-images-idx3-ubyte.gz",
        .sha256OfContents("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"), mostBytes: 47_100_000),
      File(
        "train-labels-idx1-ubyte.gz",
        .sha256OfContents("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"), mostBytes: 61_000),
      File(
        "t10k-images-idx3-ubyte.gz",
        .sha256OfContents("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"), mostBytes: 7_850_000),
      File(
        "t10k-labels-idx1-ubyte.gz",
        .sha256OfContents("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"), mostBytes: 11_000),
    ])

  /// Fashion-MNIST, with the MD5 sums that its authors publish for the compressed files.
  public static let fashion = FetchableSet(
    name: "fashion",
    source: "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, 2017, github.com/zalandoresearch/fashion-mnist",
    licence: "MIT, copyright Zalando SE",
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    files: [
      File("train-images-idx3-ubyte.gz", .md5OfFile("8d4fb7e6c68d591d4c3dfef9ec88bf0d"), mostBytes: 47_100_000),
      File("train-labels-idx1-ubyte.gz", .md5OfFile("25c81989df183df01b3e8a0aad5dffbe"), mostBytes: 61_000),
      File("t10k-images-idx3-ubyte.gz", .md5OfFile("bef4ecab320f06d8554ea6380940ec79"), mostBytes: 7_850_000),
      File("t10k-labels-idx1-ubyte.gz", .md5OfFile("bb300cfdad3c16e7a12a480ee83cd310"), mostBytes: 11_000),
    ])
}
