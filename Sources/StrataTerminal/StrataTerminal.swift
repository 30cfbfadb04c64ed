// StrataTerminal
