/// Ways to die, by number.
import Foundation
import StrataTerminal

/// Runs out of stack: every call needs the one below it.
@inline(never) private func descend(_ depth: Int) -> Int {
  var room = (0..<16).map { $0 + depth }
  room[depth & 15] = descend(depth + 1)
  return room.reduce(0, +)
}

func crash(_ kind: Int) {
  switch kind {
  case 1:
    let numbers = [1, 2, 3]
    print(numbers[numbers.count + CommandLine.arguments.count])
  case 2: fatalError("asked to die")
  case 3: UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
  case 4: abort()
  case 5: print(descend(0))
  case 6: raise(SIGFPE)
  case 7:
    // Another thread, out of stack.
    Thread.detachNewThread {
      CursesTerminal.guardThread()
      print(descend(0))
    }
  default: break
  }
}
