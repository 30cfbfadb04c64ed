// Narration: what counts as a mark, what stays as it is, and formulas in Unicode.
import StrataEngine
import StrataLab
import Testing

@Suite struct MarkupTests {
  @Test(
    "the text without its marks",
    arguments: [
      ("plain", "plain"), ("an *important* word", "an important word"), ("_so_ it is", "so it is"),
      ("type `back 3` now", "type back 3 now"), ("*a* and *b*", "a and b"), ("(*a*)", "(a)"),
      ("*two words*.", "two words."),
      // Inside words, with spaces round them, unclosed: themselves.
      ("2 * 3 * 4", "2 * 3 * 4"), ("W*x*b", "W*x*b"), ("a*b* c", "a*b* c"), ("snake_case_name", "snake_case_name"),
      ("a _ b _ c", "a _ b _ c"),
      ("*open", "*open"), ("`open", "`open"), ("5 $ and 6", "5 $ and 6"), ("$5 and $6", "$5 and $6"), ("**", "**"),
      ("* not a list*", "* not a list*"), ("a*", "a*"), ("_", "_"), ("``", "``"), ("$$", "$$"), ("*a *b", "*a *b"),
      ("\\*kept\\*", "*kept*"), ("a \\$ sign", "a $ sign"), ("back\\slash", "back\\slash"),
      // Marks within marks.
      ("*a _b_ c*", "a b c"), ("`*typed*`", "*typed*"), ("*the rate $\\epsilon$*", "the rate ε"),
      // Unicode stays.
      ("w₁x₁ + b ≥ 0, x² ∇W", "w₁x₁ + b ≥ 0, x² ∇W"), ("日本 *語*", "日本 語"),
    ])
  func plain(text: String, expected: String) { #expect(Markup.plain(text) == expected) }

  @Test(
    "formulas",
    arguments: [
      ("x^2", "x²"), ("x_i", "xᵢ"), ("W_{ij}", "Wᵢⱼ"), ("A^{-1}", "A⁻¹"), ("x^{n+1}", "xⁿ⁺¹"), ("e^{-x^2}", "e^(−x²)"),
      ("q^{Q}", "q^Q"), ("x^{Q+1}", "x^(Q+1)"), ("w_{cb}", "w_cb"), ("W^T", "Wᵀ"), ("W^\\top x", "Wᵀ x"),
      ("\\alpha\\beta", "αβ"), ("\\nabla W", "∇W"), ("\\nabla \\theta", "∇θ"), ("\\alpha + 1", "α + 1"),
      ("a \\le b", "a ≤ b"), ("\\partial C/\\partial w", "∂C/∂w"), ("\\sum_i x_i", "Σᵢ xᵢ"), ("x \\to y", "x → y"),
      ("\\epsilon \\cdot \\delta", "ε · δ"), ("\\sigma(x)", "σ(x)"), ("\\sigma (x)", "σ(x)"), ("\\Omega", "Ω"),
      ("\\frac{a}{b}", "a/b"), ("\\frac{a+b}{2}", "(a+b)/2"), ("\\sqrt{2}", "√2"), ("\\sqrt{x+1}", "√(x+1)"),
      ("-1", "−1"), ("y'", "y′"), ("\\text{test loss}", "test loss"), ("\\unknown x", "\\unknown x"), ("x^", "x^"),
      ("x_", "x_"), ("{a", "a"), ("a}", "a}"), ("\\", "\\"), ("x^{", "x^()"), ("\\frac", "/"), ("\\{a\\}", "{a}"),
    ])
  func formulas(text: String, expected: String) {
    #expect(Formula.unicode(text) == expected)
    // Nested as deep as a line is long, it comes to its end all the same.
    for piece in ["\\sqrt", "{", "^{", "\\frac{", "*_"] {
      #expect(!Markup.plain("$" + String(repeating: piece, count: 1500) + text + "$").isEmpty)
    }
  }

  @Test("styles, one stretch after the other")
  func styles() {
    #expect(
      Markup.spans(of: "a *b $x^2$* `c` _d_") == [
        MarkupSpan("a "), MarkupSpan("b ", .strong), MarkupSpan("x²", [.strong, .formula]), MarkupSpan(" "),
        MarkupSpan("c", .code), MarkupSpan(" "), MarkupSpan("d", .emphasis),
      ])
  }

  @Test("answers are plain text; who shows them gets the marks")
  func outcome() throws {
    var lab = try lab()
    let outcome = try lab.execute("say The *gradient* $\\nabla W$")
    #expect(outcome.text == "The gradient ∇W")
    #expect(outcome.request == .say("The *gradient* $\\nabla W$"))
    #expect(outcome.json(command: "say").contains("\"text\":\"The gradient ∇W\""))
  }
}
