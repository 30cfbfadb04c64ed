/// A small reader of XML that says what is wrong with a document: tags that do not match, attributes that are not
/// quoted, characters that should have been escaped.

/// The first fault of a document; nil if it is well formed.
func xmlFault(_ document: String) -> String? {
  var open: [String] = []
  var roots = 0
  var rest = Substring(document)
  while let start = rest.firstIndex(of: "<") {
    let text = rest[..<start]
    if let fault = textFault(text) { return fault }
    if open.isEmpty, !text.allSatisfy(\.isWhitespace) { return "text outside of the root: \(text)" }
    guard let end = rest[start...].firstIndex(of: ">") else { return "a tag without an end" }
    let tag = rest[rest.index(after: start)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.hasPrefix("?") {
      if !tag.hasSuffix("?") { return "a declaration without an end" }
    } else if tag.hasPrefix("/") {
      guard open.popLast() == String(tag.dropFirst()) else { return "</\(tag.dropFirst())> closes nothing" }
    } else {
      let isEmpty = tag.hasSuffix("/")
      let body = isEmpty ? tag.dropLast() : tag
      let name = String(body.prefix { $0.isLetter })
      if name.isEmpty { return "a tag without a name: <\(tag)>" }
      if let fault = attributesFault(body.dropFirst(name.count)) { return "\(fault) in <\(tag)>" }
      if open.isEmpty { roots += 1 }
      if !isEmpty { open.append(name) }
    }
  }
  if let last = open.last { return "<\(last)> is not closed" }
  return roots == 1 ? nil : "\(roots) roots"
}

private func attributesFault(_ text: Substring) -> String? {
  var rest = text
  var seen: Set<String> = []
  while true {
    let spaces = rest.prefix { $0 == " " }
    rest = rest.dropFirst(spaces.count)
    if rest.isEmpty { return nil }
    if spaces.isEmpty { return "no blank before an attribute" }
    let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" })
    if name.isEmpty { return "an attribute without a name" }
    if !seen.insert(name).inserted { return "\(name) stands twice" }
    rest = rest.dropFirst(name.count)
    guard rest.hasPrefix("=\"") else { return "\(name) without a quoted value" }
    rest = rest.dropFirst(2)
    guard let end = rest.firstIndex(of: "\"") else { return "\(name) is not closed" }
    if let fault = textFault(rest[..<end]) { return fault }
    rest = rest[rest.index(after: end)...]
  }
}

private func textFault(_ text: Substring) -> String? {
  for scalar in text.unicodeScalars where scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
    return "control character \(scalar.value)"
  }
  var rest = text
  while let start = rest.firstIndex(of: "&") {
    rest = rest[rest.index(after: start)...]
    let name = rest.prefix { $0 != ";" }
    guard ["amp", "lt", "gt", "quot", "apos"].contains(String(name)), rest.dropFirst(name.count).first == ";" else {
      return "a bare & before \(rest.prefix(8))"
    }
  }
  return text.contains(">") ? "a bare >" : nil
}
