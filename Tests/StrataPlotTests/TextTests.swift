/// Text by display width: what a terminal would do with it, and what it must never see.
import StrataPlot
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("", 0), ("loss", 4), ("損失", 4), ("x損y", 4), ("é", 1), ("e\u{301}", 1), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("ﾊﾝ", 2), ("Ａ", 2), ("⠿▀█┃", 4), ("σ∇ᵀ→●", 5), ("😀", 2), ("👩‍🔬", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 1),
    ("a\u{200B}b", 2), ("\u{301}", 0), ("tab\there", 8), ("\u{1B}[31mred\u{1B}[0m", 10), ("a\u{202E}b", 2),
    ("\u{7F}\u{9B}", 0),
    ("\r\n", 1), ("\u{10FFFF}", 1),
  ]) func width(_ text: String, _ columns: Int) {
    #expect(TextLayout.width(text) == columns)
  }

  @Test func controlCharactersAreStripped() {
    #expect(TextLayout.clean("a\u{1B}[2J\u{7}b\nc\u{9B}31m\u{2066}d") == "a[2Jb c31md")
    #expect(TextLayout.clean("e\u{301}") == "\u{E9}")
    #expect(TextLayout.clean("x\u{AD}y\u{FEFF}z") == "xyz")
    #expect(TextLayout.clean("👩‍🔬🇩🇪") == "👩DE")
  }

  @Test func truncationKeepsToTheWidth() {
    #expect(TextLayout.truncated("cross-entropy", to: 20) == "cross-entropy")
    #expect(TextLayout.truncated("cross-entropy", to: 6) == "cross…")
    #expect(TextLayout.truncated("交叉熵损失", to: 6) == "交叉…")
    #expect(TextLayout.truncated("交叉熵损失", to: 5) == "交叉…")
    #expect(TextLayout.truncated("loss", to: 1) == "…")
    #expect(TextLayout.truncated("loss", to: 0) == "")
    #expect(TextLayout.truncated("loss", to: -3) == "")
    #expect(TextLayout.truncated("cross-entropy", to: 8, ellipsis: "...") == "cross...")
    #expect(TextLayout.truncated("loss", to: 2, ellipsis: "...") == "..")
  }

  @Test func padding() {
    #expect(TextLayout.padded("熵", to: 5) == "熵   ")
    #expect(TextLayout.padded("熵", to: 5, .right) == "   熵")
    #expect(TextLayout.padded("熵", to: 5, .center) == " 熵  ")
    #expect(TextLayout.padded("entropy", to: 3) == "entropy")
    #expect(TextLayout.fitted("entropy", to: 4, .right) == "ent…")
    #expect(TextLayout.fitted("网络", to: 3) == "网…")
    #expect(TextLayout.fitted("a", to: 3, .right) == "  a")
    #expect(TextLayout.width(TextLayout.padded("", to: .max)) <= Canvas.largest.columns)
  }

  @Test func wrapping() {
    #expect(TextLayout.wrapped("the weights of a layer", to: 11) == ["the weights", "of a layer"])
    #expect(TextLayout.wrapped("one\n\ntwo", to: 9) == ["one", "", "two"])
    #expect(TextLayout.wrapped("backpropagation", to: 6) == ["backpr", "opagat", "ion"])
    #expect(TextLayout.wrapped("卷积神经网络。", to: 6) == ["卷积神", "经网", "络。"])
    #expect(TextLayout.wrapped("卷", to: 1) == ["卷"])
    #expect(TextLayout.wrapped("a b", to: 0) == [])
    #expect(TextLayout.wrapped("", to: 5) == [""])
    #expect(TextLayout.wrapped("ends in blanks   ", to: 14) == ["ends in blanks"])
  }

  @Test func wrappingNeverPassesTheWidthAndLosesNothing() {
    let text = "Die Übertragungsfunktion σ(x) 是一个 S 形函数，它的导数 σ′ = σ(1 − σ) vanishes far from zero."
    for columns in 2...80 {
      let lines = TextLayout.wrapped(text, to: columns)
      #expect(lines.allSatisfy { TextLayout.width($0) <= columns })
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
  }

  @Test(arguments: [
    ("v⁰ ← next mini-batch", "v0 <- next mini-batch"), ("h⁰ ~ σ(v⁰W + c)", "h0 ~ sigma(v0W + c)"),
    ("ΔW ← μΔW + ε(⟨v⁰h⁰⟩ − λW)", "DW <- mu DW + eps(<v0h0> - lambda W)"),
    ("C = −Σ t ln softmax(z2)", "C = -sum t ln softmax(z2)"), ("δ1 = δ2·W2ᵀ ⊙ relu′ …", "d1 = d2*W2^T .* relu' ..."),
    ("∇W ≥ 0", "grad W >= 0"), ("32×10 ▶ h₁ ≤ ½", "32x10 > h1 <= 1/2"), ("┌─┐│", "+-+|"),
    ("Größe naïve Ø", "Grosse naive O"), ("0.8¹⁰", "0.8^10"), ("x² + 2ⁿ⁺¹", "x^2 + 2^(n+1)"), ("A⁻¹", "A^-1"),
    ("(x − y)²", "(x - y)^2"), ("⟨vᵏhᵏ⟩", "<vkhk>"), ("10⁻⁵", "10^-5"), ("x⁽ⁿ⁾", "x^(n)"),
    ("网络", "??"), ("plain", "plain"), ("▁▄█", ".=@"), ("ＡＢ", "AB"),
  ]) func transliteration(_ text: String, _ expected: String) {
    #expect(asciiText(text) == expected)
  }

  @Test func transliterationIsAlwaysPrintableASCII() {
    for value in UInt32(0)...0x2FFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = asciiText("a" + String(Character(scalar)) + "b")
      #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "U+\(String(value, radix: 16))")
    }
  }

  @Test func linesOfSeveralStylesWrap() {
    let line = TextLine([TextRun("the current line ", .accent), TextRun("is marked", .quiet)])
    #expect(line.width == 26)
    #expect(
      line.wrapped(to: 16) == [
        TextLine("the current line", .accent), TextLine("is marked", .quiet),
      ])
    #expect(line.wrapped(to: 40) == [line])
    #expect(TextLine("σ").wrapped(to: 4, style: .ascii).map(\.text) == ["sigm", "a"])
  }
}
