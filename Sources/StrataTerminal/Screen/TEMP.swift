public struct SessionFile: Sendable { public struct Line: Sendable { public var text: String; public var number: Int }
  public var title: String; public var lines: [Line] }
