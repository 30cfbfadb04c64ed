// One job: outputs that depend, element by element, on at most three inputs and two numbers.
//
// The functions marked CLONES take whole groups of LANES elements. What remains at the end of a block goes through a
// padded copy on the stack, so every element takes the same vector path and gets the same bits wherever it lies.

struct K(elementwise);
typedef void (*K(lanes))(ptrdiff_t n, S p, S q, const S *a, const S *b, const S *c, S *y);

struct K(elementwise) {
  K(lanes) lanes;
  /// Whether a function is computed, so that fewer elements are worth a second thread.
  bool computing;
  ptrdiff_t n;
  S p, q;
  const S *a, *b, *c;
  S *y;
};

static void K(elementwise_span)(const struct K(elementwise) *job, ptrdiff_t begin, ptrdiff_t end) {
  ptrdiff_t whole = (end - begin) / LANES * LANES, rest = end - begin - whole;
  const S *a = job->a, *b = job->b, *c = job->c;
  if (whole > 0)
    job->lanes(whole, job->p, job->q, a + begin, b ? b + begin : NULL, c ? c + begin : NULL, job->y + begin);
  if (rest == 0) return;
  S padded[4][LANES] = {{0}};
  begin += whole;
  size_t size = (size_t)rest * sizeof(S);
  memcpy(padded[0], a + begin, size);
  if (b) memcpy(padded[1], b + begin, size);
  if (c) memcpy(padded[2], c + begin, size);
  memcpy(padded[3], job->y + begin, size);
  job->lanes(LANES, job->p, job->q, padded[0], padded[1], padded[2], padded[3]);
  memcpy(job->y + begin, padded[3], size);
}

static void K(elementwise_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(elementwise) *job = data;
  for (ptrdiff_t block = first; block < last; block++)
    K(elementwise_span)(job, block * ck_block, ck_minimum(job->n, (block + 1) * ck_block));
}

static void K(run_elementwise)(struct K(elementwise) job) {
  if (job.n <= ck_block) {
    if (job.n > 0) K(elementwise_span)(&job, 0, job.n);
  } else {
    ck_for_blocks(ck_ceiling(job.n, ck_block), job.n >= (job.computing ? ck_worth_threads_computing : ck_worth_threads),
      K(elementwise_blocks), &job);
  }
}

/// Defines a group kernel whose element i is `expression` of p, q, a[i], b[i], c[i] and y[i].
#define LANES_KERNEL(name, ...) \
  CLONES static void K(name)(ptrdiff_t n, S p, S q, const S *a, const S *b, const S *c, S *y) { \
    __builtin_assume(n % LANES == 0); \
    LANES_LOOP for (ptrdiff_t i = 0; i < n; i++) { __VA_ARGS__ } \
  }

LANES_KERNEL(exp_lanes, y[i] = K(exp)(a[i]);)
LANES_KERNEL(softplus_lanes, y[i] = K(softplus)(a[i]);)
LANES_KERNEL(sigmoid_lanes, y[i] = K(sigmoid)(a[i]);)
LANES_KERNEL(tanh_lanes, y[i] = K(tanh)(a[i]);)
// nan is neither >= 0 nor < 0: the last branch keeps it.
LANES_KERNEL(threshold_lanes, S z = a[i]; y[i] = z >= 0 ? (S)1 : z < 0 ? (S)0 : z;)
LANES_KERNEL(relu_lanes, S z = a[i]; y[i] = z < 0 ? (S)0 : z;)
LANES_KERNEL(leaky_relu_lanes, S z = a[i]; y[i] = z < 0 ? p * z : z;)
LANES_KERNEL(elu_lanes, S z = a[i]; S e = p * K(expm1_negative)(z < 0 ? z : (S)0); y[i] = z < 0 ? e : z;)
LANES_KERNEL(gelu_lanes, S z = a[i]; S bell; y[i] = z * K(normal_cumulative)(z, &bell);)

// Derivatives: a is z, b is y = f(z), c is dy.
LANES_KERNEL(sigmoid_backward_lanes, y[i] = c[i] * (b[i] * (1 - b[i]));)
LANES_KERNEL(tanh_backward_lanes, y[i] = c[i] * (1 - b[i] * b[i]);)
LANES_KERNEL(relu_backward_lanes, y[i] = a[i] <= 0 ? (S)0 : c[i];)
LANES_KERNEL(leaky_relu_backward_lanes, y[i] = a[i] <= 0 ? p * c[i] : c[i];)
LANES_KERNEL(elu_backward_lanes, y[i] = a[i] <= 0 ? c[i] * (b[i] + p) : c[i];)
LANES_KERNEL(gelu_backward_lanes, S z = a[i]; S bell; S phi = K(normal_cumulative)(z, &bell);
  y[i] = c[i] * (phi + z * (bell * (S)0.39894228040143267794));)
LANES_KERNEL(softplus_backward_lanes, y[i] = c[i] * K(sigmoid)(a[i]);)

LANES_KERNEL(axpy_lanes, y[i] += p * a[i];)
LANES_KERNEL(scale_lanes, y[i] = p * a[i];)
LANES_KERNEL(multiply_lanes, y[i] = a[i] * b[i];)
LANES_KERNEL(subtract_lanes, y[i] = a[i] - b[i];)

/// The group kernel of an activation; NULL for the identity.
static K(lanes) K(activation_lanes)(enum ck_activation f) {
  switch (f) {
  case ck_identity: return NULL;
  case ck_threshold: return K(threshold_lanes);
  case ck_sigmoid: return K(sigmoid_lanes);
  case ck_tanh: return K(tanh_lanes);
  case ck_relu: return K(relu_lanes);
  case ck_leaky_relu: return K(leaky_relu_lanes);
  case ck_elu: return K(elu_lanes);
  case ck_gelu: return K(gelu_lanes);
  case ck_softplus: return K(softplus_lanes);
  }
  return NULL;
}

static bool K(is_computing)(enum ck_activation f) {
  return f == ck_sigmoid || f == ck_tanh || f == ck_elu || f == ck_gelu || f == ck_softplus;
}

CLONES static void K(add_bias)(ptrdiff_t rows, ptrdiff_t columns, const S *bias, S *z) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    S *row = z + r * columns;
    FREE_LOOP for (ptrdiff_t j = 0; j < columns; j++) row[j] += bias[j];
  }
}

struct K(bias_activation) {
  struct K(elementwise) activation;
  ptrdiff_t rows, columns, rows_per_block;
  S *z;
  const S *bias;
};

static void K(bias_activation_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(bias_activation) *job = data;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->rows_per_block, end = ck_minimum(job->rows, begin + job->rows_per_block);
    ptrdiff_t columns = job->columns;
    if (job->bias != NULL) K(add_bias)(end - begin, columns, job->bias, job->z + begin * columns);
    if (job->activation.lanes != NULL)
      K(elementwise_span)(&job->activation, begin * columns, end * columns);
    else if (job->activation.y != job->z)
      memcpy(job->activation.y + begin * columns, job->z + begin * columns,
        (size_t)((end - begin) * columns) * sizeof(S));
  }
}

CK_OVERLOAD void ck_bias_activation(enum ck_activation f, S parameter, ptrdiff_t rows, ptrdiff_t columns,
  S *z, const S *bias, S *y) {
  if (rows < 1 || columns < 1) return;
  // Rows that stay in the first-level cache between the two steps.
  ptrdiff_t rows_per_block = columns >= ck_block ? 1 : ck_block / columns;
  bool computing = K(is_computing)(f);
  struct K(bias_activation) job = {
    {K(activation_lanes)(f), computing, rows * columns, parameter, 0, z, NULL, NULL, y}, rows, columns, rows_per_block,
    z, bias};
  bool spread = rows * columns >= (computing ? ck_worth_threads_computing : ck_worth_threads);
  ck_for_blocks(ck_ceiling(rows, rows_per_block), spread, K(bias_activation_blocks), &job);
}

CK_OVERLOAD void ck_activation_backward(enum ck_activation f, S parameter, ptrdiff_t n, const S *z, const S *y,
  const S *dy, S *d) {
  K(lanes) lanes = NULL;
  switch (f) {
  case ck_identity:
    if (d != dy && n > 0) memcpy(d, dy, (size_t)n * sizeof(S));
    return;
  case ck_threshold:
    if (n > 0) memset(d, 0, (size_t)n * sizeof(S));
    return;
  case ck_sigmoid: lanes = K(sigmoid_backward_lanes); break;
  case ck_tanh: lanes = K(tanh_backward_lanes); break;
  case ck_relu: lanes = K(relu_backward_lanes); break;
  case ck_leaky_relu: lanes = K(leaky_relu_backward_lanes); break;
  case ck_elu: lanes = K(elu_backward_lanes); break;
  case ck_gelu: lanes = K(gelu_backward_lanes); break;
  case ck_softplus: lanes = K(softplus_backward_lanes); break;
  }
  K(run_elementwise)((struct K(elementwise)){lanes, f == ck_gelu || f == ck_softplus, n, parameter, 0, z, y, dy, d});
}

CK_OVERLOAD void ck_axpy(ptrdiff_t n, S a, const S *x, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(axpy_lanes), false, n, a, 0, x, NULL, NULL, y});
}

CK_OVERLOAD void ck_scale(ptrdiff_t n, S a, S *x) {
  K(run_elementwise)((struct K(elementwise)){K(scale_lanes), false, n, a, 0, x, NULL, NULL, x});
}

CK_OVERLOAD void ck_multiply(ptrdiff_t n, const S *a, const S *b, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(multiply_lanes), false, n, 0, 0, a, b, NULL, y});
}

CK_OVERLOAD void ck_subtract(ptrdiff_t n, const S *a, const S *b, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(subtract_lanes), false, n, 0, 0, a, b, NULL, y});
}

CK_OVERLOAD void ck_exp(ptrdiff_t n, const S *x, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(exp_lanes), true, n, 0, 0, x, NULL, NULL, y});
}

CK_OVERLOAD void ck_softplus_of(ptrdiff_t n, const S *x, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(softplus_lanes), true, n, 0, 0, x, NULL, NULL, y});
}

CK_OVERLOAD void ck_sigmoid_of(ptrdiff_t n, const S *x, S *y) {
  K(run_elementwise)((struct K(elementwise)){K(sigmoid_lanes), true, n, 0, 0, x, NULL, NULL, y});
}
#undef LANES_KERNEL
