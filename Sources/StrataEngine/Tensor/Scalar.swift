/// The one number type of the engine.
///
/// `Float` in the product. The same sources are compiled a second time with `Double` (the target
/// `StrataEngineDouble`, a symbolic link) so that gradients can be checked far below single precision;
/// nothing in the engine is generic over the scalar.
#if STRATA_DOUBLE
  public typealias Scalar = Double
#else
  public typealias Scalar = Float
#endif
