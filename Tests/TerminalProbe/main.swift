/// A small program for the terminal's tests: shows what it gets, dies on demand. `terminal-probe MODE [ARGUMENT …]`.

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "screen": runScreen(Array(arguments.dropFirst()))
case "colors": runColors()
case "patchwork": runPatchwork()
case "edit": runEditor(history: arguments.dropFirst().first)
case "repl": runPrompt(history: arguments.dropFirst().first)
case "measure": runMeasurement()
default: complain("usage: terminal-probe screen|colors|patchwork|edit|repl|measure")
}
