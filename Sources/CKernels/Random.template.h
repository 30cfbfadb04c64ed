// The bulk calls: blocks of 256 elements, computed whole on the stack; the last one is cut off.

struct K(random_job) {
  ptrdiff_t n, columns;
  uint64_t key, stream, counter;
  S p, q;
  const S *x, *bias;
  S *y, *s;
};

/// Opens a loop over the job's blocks: elements begin..<begin + count, `counter` the block's first.
#define RANDOM_KERNEL(name, ...) \
  CLONES static void K(name##_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) { \
    const struct K(random_job) *job = data; \
    for (ptrdiff_t block = first; block < last; block++) { \
      ptrdiff_t begin = block * ck_random_block, count = ck_minimum(ck_random_block, job->n - begin); \
      uint64_t counter = job->counter + (uint64_t)block * ck_random_counters; \
      const S *x = job->x ? job->x + begin : NULL; \
      S *y = job->y ? job->y + begin : NULL, *s = job->s ? job->s + begin : NULL; \
      const S p = job->p, q = job->q; \
      (void)x, (void)y, (void)s, (void)p, (void)q; \
      S u[ck_random_block]; \
      __VA_ARGS__ \
    } \
  }

RANDOM_KERNEL(uniform,
  K(unit_block)(job->key, job->stream, counter, u);
  for (int i = 0; i < ck_random_block; i++) u[i] = p + q * u[i];
  memcpy(y, u, (size_t)count * sizeof(S));)

RANDOM_KERNEL(normal,
  K(normal_block)(job->key, job->stream, counter, u);
  for (int i = 0; i < ck_random_block; i++) u[i] = p + q * u[i];
  memcpy(y, u, (size_t)count * sizeof(S));)

// A probability that is nan gives a sample that is nan.
RANDOM_KERNEL(bernoulli,
  K(unit_block)(job->key, job->stream, counter, u);
  FREE_LOOP for (ptrdiff_t i = 0; i < count; i++) s[i] = x[i] != x[i] ? x[i] : u[i] < x[i] ? (S)1 : (S)0;)

RANDOM_KERNEL(sigmoid_sample,
  S v[ck_random_block] = {0};
  K(unit_block)(job->key, job->stream, counter, u);
  memcpy(v, x, (size_t)count * sizeof(S));
  if (job->bias != NULL) {
    // The block may begin inside a row and span several.
    ptrdiff_t column = begin % job->columns;
    for (ptrdiff_t i = 0; i < count;) {
      ptrdiff_t run = ck_minimum(count - i, job->columns - column);
      const S *bias = job->bias + column;
      for (ptrdiff_t j = 0; j < run; j++) v[i + j] += bias[j];
      i += run;
      column = 0;
    }
  }
  for (int i = 0; i < ck_random_block; i++) v[i] = K(sigmoid)(v[i]);
  for (int i = 0; i < ck_random_block; i++) u[i] = v[i] != v[i] ? v[i] : u[i] < v[i] ? (S)1 : (S)0;
  memcpy(y, v, (size_t)count * sizeof(S));
  memcpy(s, u, (size_t)count * sizeof(S));)

// p is the rate, q what keeps the mean: 1 / (1 - rate).
RANDOM_KERNEL(dropout,
  K(unit_block)(job->key, job->stream, counter, u);
  FREE_LOOP for (ptrdiff_t i = 0; i < count; i++) {
    S keep = u[i] >= p ? q : (S)0;
    s[i] = keep;
    y[i] = x[i] * keep;
  })
#undef RANDOM_KERNEL

static void K(run_random)(struct K(random_job) job, ck_blocks_body body) {
  if (job.n > 0) ck_for_blocks(ck_ceiling(job.n, ck_random_block), job.n >= ck_worth_threads_computing, body, &job);
}

CK_OVERLOAD void ck_uniform(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, S low, S high, S *x) {
  K(run_random)((struct K(random_job)){.n = n, .key = key, .stream = stream, .counter = counter, .p = low,
    .q = high - low, .y = x}, K(uniform_blocks));
}

CK_OVERLOAD void ck_normal(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, S mean, S deviation, S *x) {
  K(run_random)((struct K(random_job)){.n = n, .key = key, .stream = stream, .counter = counter, .p = mean,
    .q = deviation, .y = x}, K(normal_blocks));
}

CK_OVERLOAD void ck_bernoulli(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, const S *p, S *s) {
  K(run_random)((struct K(random_job)){.n = n, .key = key, .stream = stream, .counter = counter, .x = p, .s = s},
    K(bernoulli_blocks));
}

CK_OVERLOAD void ck_sigmoid_sample(ptrdiff_t rows, ptrdiff_t columns, const S *z, const S *bias, uint64_t key,
  uint64_t stream, uint64_t counter, S *p, S *s) {
  K(run_random)((struct K(random_job)){.n = rows * columns, .columns = columns, .key = key, .stream = stream,
    .counter = counter, .x = z, .bias = bias, .y = p, .s = s}, K(sigmoid_sample_blocks));
}

CK_OVERLOAD void ck_dropout(ptrdiff_t n, S rate, uint64_t key, uint64_t stream, uint64_t counter, const S *x, S *mask,
  S *y) {
  // A rate of 1 keeps nothing; its mask is 0, not 0 times infinity.
  K(run_random)((struct K(random_job)){.n = n, .key = key, .stream = stream, .counter = counter, .p = rate,
    .q = rate < 1 ? 1 / (1 - rate) : 0, .x = x, .y = y, .s = mask}, K(dropout_blocks));
}
