// Kernels that read an array and answer with a few numbers: sums, the range, the first number that is not finite,
// counts by bin; and bytes to numbers.
#include "Functions.h"
#define TEMPLATE "Reductions.template.h"
#include "Template.h"
