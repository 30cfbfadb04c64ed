import StrataData
import StrataEngine
import Testing

/// Tables as data: what columns become, and what bad rows are answered with.
struct CSVTests {
  private func table(_ text: String, _ options: [(String, String)] = [("test", "0")]) throws -> DataSet {
    let folder = try TemporaryFolder()
    return try load(try folder.write(text, to: "table.csv"), options)
  }

  @Test func theLastColumnIsTheLabel() throws {
    let data = try table("width,height,kind\n1,2.5,cat\n-3,4e1,dog\n0.5,6,cat\n")
    #expect(data.featureNames == ["width", "height"])
    #expect(data.classNames == ["cat", "dog"])
    #expect(values(data.train.inputs) == [1, 2.5, -3, 40, 0.5, 6])
    #expect(labels(data.train) == [0, 1, 0])
    #expect(data.inputRanges.count == 2)
  }

  @Test(arguments: [";", "\t", ","])
  func delimitersAreFound(delimiter: String) throws {
    let rows = ["a b", "1 2", "3 4", "5 7"].map { $0.replacing(" ", with: delimiter) }
    let data = try table(rows.joined(separator: "\r\n"), [("test", "0"), ("label", "none")])
    #expect(data.featureNames == ["a", "b"])
    #expect(values(data.train.inputs) == [1, 2, 3, 4, 5, 7])
    #expect(data.train.targets == .none)
  }

  @Test func quotesHoldDelimitersQuotesAndLineBreaks() throws {
    let data = try table("\u{feff}\"a, b\",kind\n1,\"say \"\"hi\"\"\"\n2,\"two\nlines\"\n")
    #expect(data.featureNames == ["a, b"])
    #expect(data.classNames == ["say \"hi\"", "two\nlines"])
  }

  @Test func aFirstRowWithNumbersIsNoHeader() throws {
    let data = try table("1,2,a\n3,4,b\n")
    #expect(data.train.count == 2)
    #expect(data.featureNames == ["column 1", "column 2"])
    let named = try table("1,2,a\n3,4,b\n", [("test", "0"), ("header", "yes")])
    #expect(named.featureNames == ["1", "2"])
    #expect(named.train.count == 1)
  }

  @Test func aTableOfTextsTellsItsHeaderByRepetition() throws {
    let plain = try table("red,round,yes\nblue,flat,no\nred,flat,yes\n")
    #expect(plain.train.count == 3)
    let named = try table("colour,form,good\nred,round,yes\nblue,flat,no\nred,flat,yes\n")
    #expect(named.train.count == 3)
    #expect(named.featureNames == ["colour=blue", "colour=red", "form=flat", "form=round"])
    #expect(values(named.train.inputs) == [0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0])
  }

  @Test(arguments: ["", "NA", "?", "nan", "NaN", "N/A"])
  func missingNumbersBecomeTheMean(word: String) throws {
    let data = try table("a,b,y\n1,2,p\n\(word),4,q\n3,9,p\n")
    #expect(values(data.train.inputs) == [1, 2, 2, 4, 3, 9])
    #expect(data.about.contains("1 missing"))
  }

  @Test func missingCategoriesAreNone() throws {
    let data = try table("a,b,y\n1,red,p\n2,,q\n3,blue,p\n")
    #expect(data.featureNames == ["a", "b=blue", "b=red"])
    #expect(values(data.train.inputs) == [1, 0, 1, 2, 0, 0, 3, 1, 0])
  }

  @Test func rowsWithoutATargetAreLeftOut() throws {
    let data = try table("a,y\n1,p\n2,?\n3,q\n")
    #expect(values(data.train.inputs) == [1, 3])
    #expect(labels(data.train) == [0, 1])
    #expect(data.about.contains("1 rows without a target left out"))
  }

  @Test func numericTargetsAreClassesWhenFewAndRepeated() throws {
    func rows(_ value: (Int) -> String) -> String { "x,y\n" + (0..<60).map { "\($0),\(value($0))\n" }.joined() }
    #expect(try table(rows { "\($0 % 3)" }).classNames == ["0", "1", "2"])
    #expect(try table(rows { "\($0 % 3).0" }).classNames == ["0", "1", "2"])
    #expect(try table(rows { "\(Double($0) / 7)" }).classNames == [])
    #expect(try table(rows { "\($0)" }).classNames == [])
    #expect(try table(rows { "\($0 % 3)" }, [("target", "values"), ("test", "0")]).classNames == [])
    let forced = try table(rows { "\(9 - $0 % 10)" }, [("target", "classes"), ("test", "0")])
    #expect(forced.classNames.count == 10)
    #expect(labels(forced.train).prefix(2) == [9, 8])
    let regression = try table(rows { "\(Double($0) / 7)" })
    #expect(targets(regression.train)[7] == 1)
    #expect(regression.targetNames == ["y"])
  }

  @Test func theLabelColumnIsChosenByNameOrNumber() throws {
    let text = "kind,a,b\nx,1,2\ny,3,4\n"
    for label in ["kind", "1"] {
      let data = try table(text, [("label", label), ("test", "0")])
      #expect(data.classNames == ["x", "y"])
      #expect(data.featureNames == ["a", "b"])
    }
    expectError(saying: "no column \"size\"", "kind, a, b") { _ = try table(text, [("label", "size")]) }
    expectError(saying: "no column \"4\"") { _ = try table(text, [("label", "4")]) }
  }

  @Test func flatPicturesGetTheirShape() throws {
    let text = "label,p1,p2,p3,p4\n1,0,255,128,64\n0,1,2,3,4\n"
    let data = try table(text, [("label", "label"), ("shape", "2x2"), ("test", "0")])
    #expect(data.inputShape == [2, 2])
    #expect(data.train.inputs.storage == .bytes([0, 255, 128, 64, 1, 2, 3, 4], scale: 1 / 255, offset: 0))
    expectError(saying: "3×3", "9", "4") { _ = try table(text, [("label", "label"), ("shape", "3x3")]) }
  }

  @Test func badTablesSayTheLine() {
    expectError(saying: "line 3", "2 cells", "first row has 3") { _ = try table("a,b,c\n1,2,x\n3,4\n5,6,y\n") }
    expectError(saying: "line 4", "never closed") { _ = try table("a,b\n1,x\n\n2,\"y\n3,z\n") }
    expectError(saying: "line 2", "after a closing") { _ = try table("a,b\n1,\"x\"y\n") }
    expectError(saying: "line 3", "column 1 (a)", "found \"two\"") { _ = try table("a,b\n1,x\ntwo,y\n3,x\n") }
    expectError(saying: "a point, not a comma") { _ = try table("a;b\n1;x\n2,5;y\n3;x\n") }
    expectError(saying: "empty") { _ = try table("") }
    expectError(saying: "only empty lines") { _ = try table("\n\n\r\n") }
    expectError(saying: "a header and no rows") { _ = try table("a,b\n") }
    expectError(saying: "one column") { _ = try table("a\n1\n2\n") }
    expectError(saying: "too large") { _ = try table("a,b\n1e300,x\n2,y\n") }
    expectError(saying: "label column b is empty") { _ = try table("a,b\n1,\n2,?\n") }
  }

  @Test func bytesThatAreNoTextSayTheLine() throws {
    let folder = try TemporaryFolder()
    let broken = try folder.write(Array("a,b\n1,x\n".utf8) + [0xff, 0xfe, 0x2c, 0x31, 0x0a], to: "broken.csv")
    expectError(saying: "line 3", "UTF-8") { _ = try load(broken) }
    let nul = try folder.write(Array("a,b\n1,".utf8) + [0, 10], to: "nul.csv")
    expectError(saying: "line 2", "UTF-8") { _ = try load(nul) }
    let wide = try folder.write([0xff, 0xfe, 0x61, 0], to: "wide.csv")
    expectError(saying: "UTF-16") { _ = try load(wide) }
  }

  @Test func compressedTablesAreRead() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(gzip(Array("a,b\n1,x\n2,y\n".utf8)), to: "table.csv.gz")
    #expect(try load(path).classNames == ["x", "y"])
  }

  @Test func columnsOfManyTextsAreLeftOutAndNamed() throws {
    let text = "id,a,y\n" + (0..<150).map { "name\($0),\($0),\($0 % 2 == 0 ? "p" : "q")\n" }.joined()
    let data = try table(text)
    #expect(data.featureNames == ["a"])
    #expect(data.about.contains("left out: id"))
  }

  @Test func numbersAreReadToTheLastDigit() throws {
    let texts = ["0.1", "123456.789", "-0.000123", "9007199254740993", "1e-7", "3.4028235e38", "+5", ".5", "7."]
    let data = try table("a,y\n" + texts.map { "\($0),k\n" }.joined())
    #expect(values(data.train.inputs) == texts.map { Scalar(Double($0.hasSuffix(".") ? $0 + "0" : $0) ?? .nan) })
  }
}
