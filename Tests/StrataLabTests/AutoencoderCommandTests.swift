// What the laboratory tells about autoencoders.
import StrataEngine
import StrataLab
import Testing

@Suite struct AutoencoderCommandTests {
  @Test func theBestLinearCodeStandsBesideTheErrorOfACode() throws {
    var lab = try lab(
      "data digits", "autoencoder 6 identity --output identity", "set rate 0.01", "set momentum 0.9", "run 30 epochs")
    let tested = try lab.execute("test")
    let components = try lab.execute("pca 6")
    for part in ["train", "test"] {
      let linear = try #require(tested["\(part) squared error of pca"])
      #expect(linear == components["\(part) squared error"])
      let error = try #require(tested["\(part) squared error"])
      // No linear code of the training part is better, and this one has come near.
      if part == "train" { #expect(error > linear) }
      #expect(error < 1.1 * linear)
    }
    #expect(tested.text.contains("pca 6"))
    // As many numbers as there are need no components to compare with.
    var wide = try self.lab("data digits", "autoencoder 65", "run 2")
    #expect(try wide.execute("test")["train squared error of pca"] == nil)
  }

  private func lab(_ lines: String...) throws -> Lab {
    var lab = Lab()
    for line in lines { _ = try lab.execute(line) }
    return lab
  }
}
