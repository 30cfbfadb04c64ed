// Includes TEMPLATE, a file name, once for float and once for double. In it S is the scalar, K(name) the name of that
// scalar's function or type, and LANES how many elements the innermost loops take at a time.
#define CK_JOIN_(a, b) a##_##b
#define CK_JOIN(a, b) CK_JOIN_(a, b)
#define K(name) CK_JOIN(ck_##name, S)

enum { LANES = 16 };

#define S float
/// Marks a loop over whole groups of LANES elements. An output may be one of the inputs, element for element.
#define LANES_LOOP _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(1)")
/// The same for loops of any length.
#define FREE_LOOP _Pragma("clang loop vectorize(assume_safety)")
#include TEMPLATE
#undef S
#undef LANES_LOOP
#undef FREE_LOOP

// Loops over double may call the C library, so the compiler decides whether vectors are possible.
#define S double
#define LANES_LOOP
#define FREE_LOOP
#include TEMPLATE
#undef S
