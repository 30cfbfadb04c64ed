// An expression as a flat program for a stack machine: what evaluation runs.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct ExpressionProgram: Sendable {
  private enum Instruction: Sendable {
    case push(Double)
    case x, y
    case add, subtract, multiply, divide, negate, square, power
    case call(ExpressionTree.Function)
    case choose(ExpressionTree.Choice)
  }

  private var instructions: [Instruction] = []
  /// Numbers on the stack, now and at most.
  private var height = 0
  private var greatestHeight = 0

  init(_ tree: ExpressionTree) { compile(tree) }

  func evaluate(x: Double, y: Double) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: greatestHeight) { stack in
      var top = -1
      for instruction in instructions {
        switch instruction {
        case .push(let value):
          top += 1
          stack[top] = value
        case .x:
          top += 1
          stack[top] = x
        case .y:
          top += 1
          stack[top] = y
        case .add:
          top -= 1
          stack[top] += stack[top + 1]
        case .subtract:
          top -= 1
          stack[top] -= stack[top + 1]
        case .multiply:
          top -= 1
          stack[top] *= stack[top + 1]
        case .divide:
          top -= 1
          stack[top] /= stack[top + 1]
        case .negate: stack[top] = -stack[top]
        case .square: stack[top] *= stack[top]
        case .power:
          top -= 1
          stack[top] = pow(stack[top], stack[top + 1])
        case .call(let function): stack[top] = function(stack[top])
        case .choose(let choice):
          top -= 1
          stack[top] = choice(stack[top], stack[top + 1])
        }
      }
      return stack[0]
    }
  }

  private mutating func emit(_ instruction: Instruction) {
    instructions.append(instruction)
    switch instruction {
    case .push, .x, .y: height += 1
    case .add, .subtract, .multiply, .divide, .power, .choose: height -= 1
    case .negate, .square, .call: break
    }
    greatestHeight = max(greatestHeight, height)
  }

  private mutating func compile(_ tree: ExpressionTree) {
    switch tree {
    case .number(let value): emit(.push(value))
    case .constant(let constant): emit(.push(constant.value))
    case .variable(let variable): emit(variable == .x ? .x : .y)
    case .sum(let terms):
      for (index, term) in terms.enumerated() {
        if index > 0, let positive = term.negated {
          compile(positive)
          emit(.subtract)
        } else {
          compile(term)
          if index > 0 { emit(.add) }
        }
      }
    case .product:
      if let positive = tree.negated {
        compile(positive)
        emit(.negate)
        return
      }
      let (above, below) = tree.fraction
      compileProduct(above)
      if !below.isEmpty {
        compileProduct(below)
        emit(.divide)
      }
    case .power(let base, .number(let exponent)) where exponent < 0:
      emit(.push(1))
      compile(ExpressionTree.raising(base, to: .number(-exponent)))
      emit(.divide)
    case .power(let base, .number(2)):
      compile(base)
      emit(.square)
    case .power(let base, let exponent):
      compile(base)
      compile(exponent)
      emit(.power)
    case .call(let function, let argument):
      compile(argument)
      emit(.call(function))
    case .choose(let choice, let a, let b):
      compile(a)
      compile(b)
      emit(.choose(choice))
    }
  }

  private mutating func compileProduct(_ factors: [ExpressionTree]) {
    if factors.isEmpty { emit(.push(1)) }
    for (index, factor) in factors.enumerated() {
      compile(factor)
      if index > 0 { emit(.multiply) }
    }
  }
}
