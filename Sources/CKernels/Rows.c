// Kernels that work row by row: softmax and its relatives, the largest element; and sums over rows.
#include "Functions.h"
#define TEMPLATE "Rows.template.h"
#include "Template.h"
