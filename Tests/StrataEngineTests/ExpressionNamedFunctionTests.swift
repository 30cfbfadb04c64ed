import StrataEngine
import Testing

/// The named functions are what they say.
struct ExpressionNamedFunctionTests {
  @Test(arguments: NamedFunction.all)
  func parsesAndIsFiniteInItsRange(function: NamedFunction) throws {
    let expression = try function.expression()
    #expect(expression.uses(.x))
    #expect(expression.uses(.y) == (function.yRange != nil))
    let rows = function.yRange ?? 0...0
    for i in 0...20 {
      for j in 0...20 {
        let x = function.xRange.lowerBound + (function.xRange.upperBound - function.xRange.lowerBound) * Double(i) / 20
        let y = rows.lowerBound + (rows.upperBound - rows.lowerBound) * Double(j) / 20
        #expect(expression.evaluate(x: x, y: y).isFinite)
        for variable in Expression.Variable.allCases {
          #expect(try expression.derivative(by: variable).evaluate(x: x, y: y).isFinite)
        }
      }
    }
  }

  @Test(arguments: NamedFunction.all.filter { !$0.minima.isEmpty })
  func theGradientVanishesAtTheMinima(function: NamedFunction) throws {
    let expression = try function.expression()
    for place in function.minima {
      for variable in Expression.Variable.allCases {
        #expect(abs(try expression.derivative(by: variable).evaluate(x: place.x, y: place.y)) < 1e-9)
      }
      for step in [SIMD2(0.01, 0), SIMD2(-0.01, 0), SIMD2(0, 0.01), SIMD2(0, -0.01)]
      where expression.uses(.y) || step.y == 0 {
        #expect(
          expression.evaluate(x: place.x + step.x, y: place.y + step.y) > expression.evaluate(x: place.x, y: place.y))
      }
    }
  }

  @Test func namesAreUnique() {
    #expect(Set(NamedFunction.all.map(\.name)).count == NamedFunction.all.count)
    #expect(NamedFunction.named("saddle")?.yRange != nil)
    #expect(NamedFunction.named("nothing") == nil)
  }
}
