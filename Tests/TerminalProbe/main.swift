/// A small program for the terminal's tests: shows what it gets, dies on demand. `terminal-probe MODE [ARGUMENT …]`.

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "screen": runScreen(Array(arguments.dropFirst()))
default: complain("usage: terminal-probe screen|edit|repl|measure")
}
