/// How many columns a text takes on the terminal.
import CCurses

func displayWidth(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + max(Int(ccurses_width($1.value)), 0) }
}
