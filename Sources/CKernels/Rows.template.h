// Rows are independent, so threads take whole rows. Inside a row, sums run in LANES interleaved parts that are added in
// a fixed order.

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
  ck_for_blocks(ck_ceiling(job.rows, job.rows_per_block), job.rows * job.columns >= ck_worth_threads, body, &job);
}

/// The largest element; a nan anywhere need not win, because it comes through the exponentials anyway.
INLINE S K(row_maximum)(ptrdiff_t n, const S *x) {
  S part[LANES];
  ptrdiff_t whole = n / LANES * LANES;
  for (int l = 0; l < LANES; l++) part[l] = -(S)INFINITY;
  for (ptrdiff_t j = 0; j < whole; j += LANES)
    for (int l = 0; l < LANES; l++) part[l] = x[j + l] > part[l] ? x[j + l] : part[l];
  for (ptrdiff_t j = whole; j < n; j++) part[j - whole] = x[j] > part[j - whole] ? x[j] : part[j - whole];
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int l = 0; l < width; l++) part[l] = part[l + width] > part[l] ? part[l + width] : part[l];
  return part[0];
}

/// y = exp(x - shift), returning the sum; y NULL asks for the sum alone. y may be x.
INLINE S K(row_exponentials)(ptrdiff_t n, const S *x, S shift, S *y) {
  S part[LANES] = {0}, padded[LANES];
  for (ptrdiff_t j = 0; j < n; j += LANES) {
    ptrdiff_t count = ck_minimum(LANES, n - j);
    for (int l = 0; l < LANES; l++) padded[l] = -(S)INFINITY;
    memcpy(padded, x + j, (size_t)count * sizeof(S));
    for (int l = 0; l < LANES; l++) padded[l] = K(exp)(padded[l] - shift);
    for (int l = 0; l < LANES; l++) part[l] += padded[l];
    if (y != NULL) memcpy(y + j, padded, (size_t)count * sizeof(S));
  }
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int l = 0; l < width; l++) part[l] += part[l + width];
  return part[0];
}

CLONES static void K(softmax_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *x = job->x + r * columns;
    S *y = job->y + r * columns;
    S scale = 1 / K(row_exponentials)(columns, x, K(row_maximum)(columns, x), y);
    for (ptrdiff_t j = 0; j < columns; j++) y[j] *= scale;
  }
}

CLONES static void K(log_softmax_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *x = job->x + r * columns;
    S *y = job->y + r * columns;
    S largest = K(row_maximum)(columns, x);
    S shift = (S)log((double)K(row_exponentials)(columns, x, largest, NULL));
    FREE_LOOP for (ptrdiff_t j = 0; j < columns; j++) y[j] = (x[j] - largest) - shift;
  }
}

CLONES static void K(softmax_backward_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  ptrdiff_t columns = job->columns, end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t r = first * job->rows_per_block; r < end; r++) {
    const S *y = job->x + r * columns, *dy = job->dy + r * columns;
    S *d = job->y + r * columns;
    S part[LANES] = {0};
    ptrdiff_t whole = columns / LANES * LANES;
    for (ptrdiff_t j = 0; j < whole; j += LANES)
      for (int l = 0; l < LANES; l++) part[l] += dy[j + l] * y[j + l];
    for (ptrdiff_t j = whole; j < columns; j++) part[j - whole] += dy[j] * y[j];
    for (int width = LANES / 2; width > 0; width /= 2)
      for (int l = 0; l < width; l++) part[l] += part[l + width];
    S mean = part[0];
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

// Column sums: threads take strips of columns. 32 rows are added in S, and such groups in double.
enum { K(strip) = 256 };

CLONES static void K(column_sums_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(row_job) *job = data;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * K(strip), width = ck_minimum(K(strip), job->columns - begin);
    double total[K(strip)] = {0};
    for (ptrdiff_t r = 0; r < job->rows; r += 32) {
      S group[K(strip)] = {0};
      ptrdiff_t end = ck_minimum(job->rows, r + 32);
      for (ptrdiff_t i = r; i < end; i++) {
        const S *x = job->x + i * job->columns + begin;
        for (ptrdiff_t j = 0; j < width; j++) group[j] += x[j];
      }
      for (ptrdiff_t j = 0; j < width; j++) total[j] += (double)group[j];
    }
    for (ptrdiff_t j = 0; j < width; j++) job->y[begin + j] = (S)((double)job->scale * total[j]);
  }
}

CK_OVERLOAD void ck_column_sums(ptrdiff_t rows, ptrdiff_t columns, S scale, const S *x, S *sums) {
  struct K(row_job) job = {.rows = rows, .columns = columns, .x = x, .y = sums, .scale = scale};
  ck_for_blocks(
    ck_ceiling(columns, K(strip)), rows * columns >= ck_worth_threads, K(column_sums_blocks), &job);
}
