// swift-tools-version: 6.1
// Strata: a laboratory for deep learning in the terminal.
//
// Every target names all that it imports, not only what is nearest: what is not named is not rebuilt when it changes.
// Arrows point one way: strata -> Terminal -> Views -> Lab -> Data -> Engine, and Views -> Plot.
// Only StrataTerminal uses CCurses and CReadline, only StrataEngine uses CKernels, only StrataData uses CFiles;
// Tests/PackageTests/ArrowTests.swift holds these arrows.
import PackageDescription

let package = Package(
  name: "strata",
  products: [
    .executable(name: "strata", targets: ["strata"]),
    .library(name: "StrataEngine", targets: ["StrataEngine"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // The mathematics.
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m"), .linkedLibrary("dl")]),
    .target(name: "StrataEngine", dependencies: ["CKernels"]),
    // Data sets: generated, embedded, read from files, fetched.
    .target(
      name: "CFiles",
      linkerSettings: [
        .linkedLibrary("z"), .linkedLibrary("png"), .linkedLibrary("crypto", .when(platforms: [.linux])),
      ]),
    .target(name: "StrataData", dependencies: ["StrataEngine", "CFiles"]),
    // The laboratory as a value.
    .target(name: "StrataLab", dependencies: ["StrataEngine", "StrataData"]),
    // Pictures.
    .target(name: "StrataPlot"),
    .target(name: "StrataViews", dependencies: ["StrataEngine", "StrataData", "StrataLab", "StrataPlot"]),
    // The terminal.
    .target(
      name: "CCurses",
      linkerSettings: [
        .linkedLibrary("ncursesw", .when(platforms: [.linux])), .linkedLibrary("tinfo", .when(platforms: [.linux])),
        .linkedLibrary("ncurses", .when(platforms: [.macOS])),
      ]),
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .target(
      name: "StrataTerminal",
      dependencies: ["StrataEngine", "StrataLab", "StrataPlot", "StrataViews", "CCurses", "CReadline"]),
    .executableTarget(
      name: "strata",
      dependencies: [
        "StrataEngine", "StrataData", "StrataLab", "StrataPlot", "StrataViews", "StrataTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // The same engine sources again, with Double as the scalar, for gradient checks (a symbolic link).
    .target(
      name: "StrataEngineDouble", dependencies: ["CKernels"], path: "Tests/StrataEngineDouble",
      swiftSettings: [.define("STRATA_DOUBLE")]),
    .testTarget(name: "StrataEngineTests", dependencies: ["StrataEngine", "CKernels"]),
    .testTarget(name: "StrataEngineDoubleTests", dependencies: ["StrataEngineDouble"]),
    .testTarget(
      name: "ReferenceTests", dependencies: ["StrataEngine", "StrataData"], path: "Tests/Reference",
      exclude: [
        "pytorch.py", "pytorch.safetensors", "boltzmann.py", "boltzmann_torch.py", "boltzmann.safetensors",
        "convolution.py", "convolution.safetensors", "recurrent.py", "recurrent.safetensors",
        "autoencoder.py", "autoencoder.safetensors",
      ]),
    .testTarget(name: "StrataDataTests", dependencies: ["StrataData", "StrataEngine"]),
    .testTarget(name: "StrataPlotTests", dependencies: ["StrataPlot"]),
    .testTarget(
      name: "StrataLabTests", dependencies: ["StrataLab", "StrataData", "StrataEngine"], exclude: ["Goldens"]),
    .testTarget(name: "PackageTests", dependencies: ["StrataLab"]),
    .testTarget(
      name: "ScreenTests", dependencies: ["StrataTerminal", "StrataViews", "StrataLab", "StrataPlot", "StrataEngine"],
      exclude: ["Snapshots"]),
    // The lessons, played headless and on the screen.
    .testTarget(
      name: "SessionTests", dependencies: ["StrataTerminal", "StrataViews", "StrataLab", "StrataPlot", "StrataEngine"]),
    // The terminal is tested from outside: a program of its own in a pseudo-terminal.
    .target(
      name: "CPseudoTerminal", path: "Tests/CPseudoTerminal",
      linkerSettings: [.linkedLibrary("util", .when(platforms: [.linux]))]),
    .executableTarget(
      name: "terminal-probe", dependencies: ["StrataTerminal", "StrataPlot", "StrataEngine"],
      path: "Tests/TerminalProbe"),
    .testTarget(
      name: "StrataTerminalTests",
      dependencies: [
        "StrataTerminal", "StrataViews", "StrataLab", "StrataPlot", "StrataEngine", "CPseudoTerminal", "terminal-probe",
        "strata",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
