// Rows are independent, so threads take whole rows. Inside a row, the order of a sum is
// fixed when this is compiled.

struct K(row_job) {
  ptrdiff_t rows, columns, rows_per_block;
  const S *x, *dy;
  S *y;
  int32_t *index;
  S scale;
};

static void K(run_rows)(struct K(row_job) job, ck_blocks_body body) {
  if (job.rows < 1) return;
  job.rows_per_block = job.columns >= ck_block ? 1 : ck_block / (job.columns < 1 ? 1 : job.columns);
  bool spread = job.rows * job.columns >= ck_worth_threads_computing;
  ck_for_blocks(ck_ceiling(job.rows, job.rows_per_block), spread, body, &job);
}

/// The largest element. A nan need not win, because it comes through the exponentials anyway.
INLINE S K(row_maximum)(ptrdiff_t n, const S *x) {
  K(order_type) largest = K(order)(-(S)INFINITY);
  for (ptrdiff_t j = 0; j < n; j++) {
    K(order_type) order = K(order)(x[j]);
    largest = order > largest ? order : largest;
  }
  return K(from_order)(largest);
}

/// The sum of n numbers: in S within a piece of ck_row_piece, in double over the pieces.
INLINE S K(row_sum)(ptrdiff_t n, const S *x) {
  double total = 0;
  for (ptrdiff_t begin = 0; begin < n; begin += ck_row_piece) {
#pragma clang fp reassociate(on)
    ptrdiff_t end = ck_minimum(n, begin + ck_row_piece);
    S sum = 0;
    for (ptrdiff_t j = begin; j < end; j++) sum += x[j];
    total += (double)sum;
  }
  return (S)total;
}

/// The inner product of two rows, in the same way.
INLINE S K(row_product)(ptrdiff_t n, const S *x, const S *y) {
  double total = 0;
  for (ptrdiff_t begin = 0; begin < n; begin += ck_row_piece) {
#pragma clang fp reassociate(on) contract(fast)
    ptrdiff_t end = ck_minimum(n, begin + ck_row_piece);
    S sum = 0;
    for (ptrdiff_t j = begin; j < end; j++) sum += x[j] * y[j];
    total += (double)sum;
  }
  return (S)total;
}

/// y = exp(x - shift). y may be x.
INLINE void K(row_exponentials)(ptrdiff_t n, const S *x, S shift, S *y) {
  ptrdiff_t whole = n / LANES * LANES;
  LANES_LOOP for (ptrdiff_t j = 0; j < whole; j++) y[j] = K(exp)(x[j] - shift);
  if (whole == n) return;
  S padded[LANES] = {0};
  memcpy(padded, x + whole, (size_t)(n - whole) * sizeof(S));
  LANES_LOOP for (ptrdiff_t l = 0; l < LANES; l++) padded[l] = K(exp)(padded[l] - shift);
  memcpy(y + whole, padded, (size_t)(n - whole) * sizeof(S));
}

/// The softmax of up to LANES rows of few columns: turned on their side, so that each vector holds a column.
INLINE void K(narrow_softmax)(ptrdiff_t rows, ptrdiff_t columns, const S *x, S *y) {
  S turned[ck_narrow * LANES];
  S largest[LANES], sum[LANES];
  for (ptrdiff_t i = 0; i < columns * LANES; i++) turned[i] = 0;
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < columns; j++) turned[j * LANES + r] = x[r * columns + j];
  for (int l = 0; l < LANES; l++) largest[l] = turned[l], sum[l] = 0;
  for (ptrdiff_t j = 1; j < columns; j++)
    for (int l = 0; l < LANES; l++)
      largest[l] = turned[j * LANES + l] > largest[l] ? turned[j * LANES + l] : largest[l];
  for (ptrdiff_t j = 0; j < columns; j++) {
    LANES_LOOP for (ptrdiff_t l = 0; l < LANES; l++) {
      S e = K(exp)(turned[j * LANES + l] - largest[l]);
      turned[j * LANES + l] = e;
      sum[l] += e;
    }
  }
  for (int l = 0; l < LANES; l++) sum[l] = 1 / sum[l];
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < columns; j++) y[r * columns + j] = turned[j * LANES + r] * sum[r];
}

CLONES static void K(softmax_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  if (columns <= ck_narrow) {
    for (ptrdiff_t r = first * job->rows_per_block; r < end; r += LANES)
      K(narrow_softmax)(ck_minimum(LANES, end - r), columns, job->x + r * columns, job->y + r * columns);
    return;
  }
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *x = job->x + r * columns;
    S *y = job->y + r * columns;
    K(row_exponentials)(columns, x, K(row_maximum)(columns, x), y);
    S scale = 1 / K(row_sum)(columns, y);
    FREE_LOOP for (ptrdiff_t j = 0; j < columns; j++) y[j] *= scale;
  }
}

CLONES static void K(log_softmax_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *x = job->x + r * columns;
    S *y = job->y + r * columns;
    S largest = K(row_maximum)(columns, x);
    double sum = 0;
    S piece[ck_row_piece];
    for (ptrdiff_t j = 0; j < columns; j += ck_row_piece) {
      ptrdiff_t count = ck_minimum(ck_row_piece, columns - j);
      K(row_exponentials)(count, x + j, largest, piece);
      sum += (double)K(row_sum)(count, piece);
    }
    S shift = (S)log(sum);
    FREE_LOOP for (ptrdiff_t j = 0; j < columns; j++) y[j] = (x[j] - largest) - shift;
  }
}

CLONES static void K(softmax_backward_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *y = job->x + r * columns, *dy = job->dy + r * columns;
    S *d = job->y + r * columns;
    S mean = K(row_product)(columns, dy, y);
    FREE_LOOP for (ptrdiff_t j = 0; j < columns; j++) d[j] = y[j] * (dy[j] - mean);
  }
}

CK_OVERLOAD void ck_softmax(ptrdiff_t rows, ptrdiff_t columns, const S *z, S *y) {
  K(run_rows)((struct K(row_job)){.rows = rows, .columns = columns, .x = z, .y = y}, K(softmax_blocks));
}

CK_OVERLOAD void ck_log_softmax(ptrdiff_t rows, ptrdiff_t columns, const S *z, S *y) {
  K(run_rows)((struct K(row_job)){.rows = rows, .columns = columns, .x = z, .y = y}, K(log_softmax_blocks));
}

CK_OVERLOAD void ck_softmax_backward(ptrdiff_t rows, ptrdiff_t columns, const S *y, const S *dy, S *d) {
  K(run_rows)((struct K(row_job)){.rows = rows, .columns = columns, .x = y, .dy = dy, .y = d},
    K(softmax_backward_blocks));
}

static void K(argmax_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *x = job->x + r * columns;
    ptrdiff_t best = 0;
    // A nan never wins: the comparison with one at the start is turned round.
    for (ptrdiff_t j = 1; j < columns; j++)
      if (x[j] > x[best] || (x[best] != x[best] && x[j] == x[j])) best = j;
    job->index[r] = (int32_t)best;
  }
}

CK_OVERLOAD void ck_argmax_rows(ptrdiff_t rows, ptrdiff_t columns, const S *x, int32_t *index) {
  K(run_rows)((struct K(row_job)){.rows = rows, .columns = columns, .x = x, .index = index}, K(argmax_blocks));
}

// Column sums: threads take strips of columns. 32 rows are added in S, and such groups in double. Of a narrow and high
// matrix several rows are seen as one, so that a strip is wide all the same; at the end they are added.
CLONES static void K(column_sums_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  const ptrdiff_t most = ck_strip / job->columns, folds = most > 1 && job->rows >= 8 * most ? most : 1;
  const ptrdiff_t step = folds * job->columns, rows = job->rows / folds;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * ck_strip, width = ck_minimum(ck_strip, step - begin);
    double total[ck_strip];
    S group[ck_strip];
    for (ptrdiff_t j = 0; j < width; j++) total[j] = 0;
    for (ptrdiff_t r = 0; r < rows; r += 32) {
      ptrdiff_t end = ck_minimum(rows, r + 32);
      const S *top = job->x + r * step + begin;
      for (ptrdiff_t j = 0; j < width; j++) group[j] = top[j];
      for (ptrdiff_t i = r + 1; i < end; i++) {
        const S *x = job->x + i * step + begin;
        for (ptrdiff_t j = 0; j < width; j++) group[j] += x[j];
      }
      for (ptrdiff_t j = 0; j < width; j++) total[j] += (double)group[j];
    }
    for (ptrdiff_t j = job->columns; folds > 1 && j < width; j++) total[j % job->columns] += total[j];
    width = ck_minimum(width, job->columns - begin);
    for (ptrdiff_t r = rows * folds; r < job->rows; r++)
      for (ptrdiff_t j = 0; j < width; j++) total[j] += (double)job->x[r * job->columns + begin + j];
    for (ptrdiff_t j = 0; j < width; j++) job->y[begin + j] = (S)((double)job->scale * total[j]);
  }
}

CK_OVERLOAD void ck_column_sums(ptrdiff_t rows, ptrdiff_t columns, S scale, const S *x, S *sums) {
  if (columns < 1) return;
  struct K(row_job) job = {.rows = rows, .columns = columns, .x = x, .y = sums, .scale = scale};
  ck_for_blocks(
    ck_ceiling(columns, ck_strip), rows * columns >= ck_worth_threads, K(column_sums_blocks), &job);
}
