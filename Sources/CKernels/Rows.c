// Kernels that work row by row: softmax and its relatives, the largest element; and sums over rows.
#include "Functions.h"

enum {
  /// Up to this many columns, softmax takes several rows at once.
  ck_narrow = 32,
  /// Columns that are summed together.
  ck_strip = 256,
  /// Columns of a row that are summed in its own precision.
  ck_row_piece = 256,
};

#define TEMPLATE "Rows.template.h"
#include "Template.h"
