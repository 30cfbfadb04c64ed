// One step in time of recurrent cells, and one step back: everything between the matrix products in one pass.
#include "Functions.h"

enum {
  /// Units of a row that are worked on together: as many zeros stand for an array that is not there.
  ck_cell_piece = 256,
  /// Places for arrays that a cell writes, and for all of its arrays.
  ck_cell_outputs = 6,
  ck_cell_arrays = 16,
};

#define TEMPLATE "Recurrent.template.h"
#include "Template.h"
