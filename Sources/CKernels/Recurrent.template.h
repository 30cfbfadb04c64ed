// A cell's step works row by row (a row is a sequence of the batch) on arrays that lie `time` steps apart from row to
// row. Rows are independent, so threads take whole rows.
//
// The functions marked CLONES take whole groups of LANES units. What remains at the end of a row goes through a padded
// copy on the stack, so every unit takes the same vector path.

typedef void (*K(cell_lanes))(ptrdiff_t n, S *const *a);

/// Row r of array k begins at arrays[k] + r * strides[k]. The first ck_cell_outputs places are written (and read where a
/// cell changes them); the others are read. NULL is an array of zeros there, and none here.
struct K(cell) {
  K(cell_lanes) lanes;
  ptrdiff_t rows, units, rows_per_block;
  S *arrays[ck_cell_arrays];
  ptrdiff_t strides[ck_cell_arrays];
};

static void K(cell_piece)(const struct K(cell) *job, ptrdiff_t row, ptrdiff_t begin, ptrdiff_t count) {
  static const S zeros[ck_cell_piece];
  S *a[ck_cell_arrays];
  for (int k = 0; k < ck_cell_arrays; k++) {
    S *array = job->arrays[k];
    a[k] = array != NULL ? array + row * job->strides[k] + begin : k < ck_cell_outputs ? NULL : (S *)zeros;
  }
  ptrdiff_t whole = count / LANES * LANES, rest = count - whole;
  if (whole > 0) job->lanes(whole, a);
  if (rest == 0) return;
  S padded[ck_cell_arrays][LANES] = {{0}};
  S *p[ck_cell_arrays];
  size_t size = (size_t)rest * sizeof(S);
  for (int k = 0; k < ck_cell_arrays; k++) {
    p[k] = a[k] != NULL ? padded[k] : NULL;
    if (a[k] != NULL) memcpy(padded[k], a[k] + whole, size);
  }
  job->lanes(LANES, p);
  for (int k = 0; k < ck_cell_outputs; k++)
    if (a[k] != NULL) memcpy(a[k] + whole, padded[k], size);
}

static void K(cell_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(cell) *job = data;
  ptrdiff_t end = ck_minimum(job->rows, last * job->rows_per_block);
  for (ptrdiff_t row = first * job->rows_per_block; row < end; row++)
    for (ptrdiff_t begin = 0; begin < job->units; begin += ck_cell_piece)
      K(cell_piece)(job, row, begin, ck_minimum(ck_cell_piece, job->units - begin));
}

static void K(run_cell)(struct K(cell) *job, const struct ck_time_step *s) {
  job->rows = s->batch;
  job->units = s->units;
  job->rows_per_block = ck_ceiling(ck_block / 4, s->units < 1 ? 1 : s->units);
  bool spread = 4 * s->batch * s->units >= ck_worth_threads_computing;
  ck_for_blocks(ck_ceiling(s->batch, job->rows_per_block), spread, K(cell_blocks), job);
}

static void K(place)(struct K(cell) *job, int k, const S *array, ptrdiff_t stride) {
  job->arrays[k] = (S *)array;
  job->strides[k] = stride;
}

// ---- The plain recurrent layer ----

struct K(rnn_job) {
  const struct ck_time_step *step;
  ptrdiff_t rows_per_block, dy_stride;
  enum ck_activation f;
  S parameter;
  const S *bias, *dy;
  S *z, *h, *dh, *dz;
  bool arrives;
};

CLONES static void K(add_arriving)(ptrdiff_t n, bool arrives, const S *dy, S *dh) {
  if (!arrives) {
    for (ptrdiff_t j = 0; j < n; j++) dh[j] = dy != NULL ? dy[j] : 0;
  } else if (dy != NULL) {
    FREE_LOOP for (ptrdiff_t j = 0; j < n; j++) dh[j] += dy[j];
  }
}

static void K(rnn_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(rnn_job) *job = data;
  ptrdiff_t units = job->step->units, stride = job->step->time * units;
  ptrdiff_t end = ck_minimum(job->step->batch, last * job->rows_per_block);
  for (ptrdiff_t row = first * job->rows_per_block; row < end; row++) {
    S *z = job->z + row * stride, *h = job->h + row * stride;
    if (job->dz == NULL) {
      ck_bias_activation(job->f, job->parameter, 1, units, z, job->bias, h);
      continue;
    }
    S *dh = job->dh + row * stride;
    K(add_arriving)(units, job->arrives, job->dy != NULL ? job->dy + row * job->dy_stride : NULL, dh);
    ck_activation_backward(job->f, job->parameter, units, z, h, dh, job->dz + row * stride);
  }
}

static void K(run_rnn)(struct K(rnn_job) *job) {
  const struct ck_time_step *s = job->step;
  if (s->units < 1) return;
  job->rows_per_block = ck_ceiling(ck_block / 2, s->units);
  ck_for_blocks(ck_ceiling(s->batch, job->rows_per_block), s->batch * s->units >= ck_worth_threads_computing,
    K(rnn_blocks), job);
}

CK_OVERLOAD void ck_rnn_step(const struct ck_time_step *s, enum ck_activation f, S parameter, const S *bias, S *z, S *h) {
  struct K(rnn_job) job = {.step = s, .f = f, .parameter = parameter, .bias = bias, .z = z, .h = h};
  K(run_rnn)(&job);
}

CK_OVERLOAD void ck_rnn_step_backward(const struct ck_time_step *s, enum ck_activation f, S parameter, const S *z,
  const S *h, const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dz) {
  struct K(rnn_job) job = {.step = s, .dy_stride = dy_stride, .f = f, .parameter = parameter, .dy = dy, .z = (S *)z,
    .h = (S *)h, .dh = dh, .dz = dz, .arrives = arrives};
  K(run_rnn)(&job);
}

// ---- Long short-term memory ----

// Outputs: c, h, then the gates i, g, o, f, which are sums before and gates after. Inputs: their biases, and c before.
INLINE void K(lstm_body)(const bool forget, ptrdiff_t n, S *const *a) {
  S *c = a[0], *h = a[1], *i = a[2], *g = a[3], *o = a[4], *f = a[5];
  const S *bias_i = a[6], *bias_g = a[7], *bias_o = a[8], *bias_f = a[9], *before = a[10];
  __builtin_assume(n % LANES == 0);
  LANES_LOOP for (ptrdiff_t j = 0; j < n; j++) {
    S input = K(sigmoid)(i[j] + bias_i[j]), candidate = K(tanh)(g[j] + bias_g[j]);
    S output = K(sigmoid)(o[j] + bias_o[j]), kept = before[j];
    if (forget) {
      S gate = K(sigmoid)(f[j] + bias_f[j]);
      f[j] = gate;
      kept *= gate;
    }
    S cell = kept + input * candidate;
    i[j] = input;
    g[j] = candidate;
    o[j] = output;
    c[j] = cell;
    h[j] = output * K(tanh)(cell);
  }
}

CLONES static void K(lstm_lanes)(ptrdiff_t n, S *const *a) { K(lstm_body)(true, n, a); }
CLONES static void K(lstm_lanes_without_forget)(ptrdiff_t n, S *const *a) { K(lstm_body)(false, n, a); }

// Outputs: dh, dc, then the derivatives by the gates' sums, i, g, o, f. Inputs: the gates, c, c before, dy, what dh was,
// and of the step after this one dc and f.
INLINE void K(lstm_backward_body)(const bool forget, ptrdiff_t n, S *const *a) {
  S *dh = a[0], *dc = a[1], *di = a[2], *dg = a[3], *d_o = a[4], *df = a[5];
  const S *i = a[6], *g = a[7], *o = a[8], *f = a[9], *c = a[10], *before = a[11], *dy = a[12], *arrived = a[13];
  const S *dc_after = a[14], *f_after = a[15];
  __builtin_assume(n % LANES == 0);
  LANES_LOOP for (ptrdiff_t j = 0; j < n; j++) {
    S input = i[j], candidate = g[j], output = o[j], squashed = K(tanh)(c[j]);
    S state = arrived[j] + dy[j];
    S cell = (forget ? dc_after[j] * f_after[j] : dc_after[j]) + state * output * (1 - squashed * squashed);
    dh[j] = state;
    dc[j] = cell;
    di[j] = cell * candidate * (input * (1 - input));
    dg[j] = cell * input * (1 - candidate * candidate);
    d_o[j] = state * squashed * (output * (1 - output));
    if (forget) df[j] = cell * before[j] * (f[j] * (1 - f[j]));
  }
}

CLONES static void K(lstm_backward_lanes)(ptrdiff_t n, S *const *a) { K(lstm_backward_body)(true, n, a); }
CLONES static void K(lstm_backward_lanes_without_forget)(ptrdiff_t n, S *const *a) {
  K(lstm_backward_body)(false, n, a);
}

CK_OVERLOAD void ck_lstm_step(const struct ck_time_step *s, bool forget, const S *bias, S *gates, bool first, S *c, S *h) {
  struct K(cell) job = {.lanes = forget ? K(lstm_lanes) : K(lstm_lanes_without_forget)};
  // In memory the gates stand as i, f, g, o.
  ptrdiff_t n = s->units, state = s->time * n, width = (forget ? 4 : 3) * state, g = forget ? 2 * n : n;
  K(place)(&job, 0, c, state);
  K(place)(&job, 1, h, state);
  K(place)(&job, 2, gates, width);
  K(place)(&job, 3, gates + g, width);
  K(place)(&job, 4, gates + g + n, width);
  K(place)(&job, 5, forget ? gates + n : NULL, width);
  K(place)(&job, 6, bias, 0);
  K(place)(&job, 7, bias + g, 0);
  K(place)(&job, 8, bias + g + n, 0);
  K(place)(&job, 9, forget ? bias + n : NULL, 0);
  K(place)(&job, 10, first ? NULL : c - n, state);
  K(run_cell)(&job, s);
}

CK_OVERLOAD void ck_lstm_step_backward(const struct ck_time_step *s, bool forget, const S *gates, const S *c, bool first,
  const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dc, S *dgates) {
  struct K(cell) job = {.lanes = forget ? K(lstm_backward_lanes) : K(lstm_backward_lanes_without_forget)};
  ptrdiff_t n = s->units, state = s->time * n, all = (forget ? 4 : 3) * n, width = s->time * all, g = forget ? 2 * n : n;
  K(place)(&job, 0, dh, state);
  K(place)(&job, 1, dc, state);
  K(place)(&job, 2, dgates, width);
  K(place)(&job, 3, dgates + g, width);
  K(place)(&job, 4, dgates + g + n, width);
  K(place)(&job, 5, forget ? dgates + n : NULL, width);
  K(place)(&job, 6, gates, width);
  K(place)(&job, 7, gates + g, width);
  K(place)(&job, 8, gates + g + n, width);
  K(place)(&job, 9, forget ? gates + n : NULL, width);
  K(place)(&job, 10, c, state);
  K(place)(&job, 11, first ? NULL : c - n, state);
  K(place)(&job, 12, dy, dy_stride);
  K(place)(&job, 13, arrives ? dh : NULL, state);
  K(place)(&job, 14, arrives ? dc + n : NULL, state);
  K(place)(&job, 15, arrives && forget ? gates + all + n : NULL, width);
  K(run_cell)(&job, s);
}

// ---- The gated recurrent unit ----

// Outputs: h, r, z, n (sums before, gates after) and q. Inputs: their biases, what q was, and h before.
CLONES static void K(gru_lanes)(ptrdiff_t n, S *const *a) {
  S *h = a[0], *r = a[1], *z = a[2], *candidate = a[3], *q = a[4];
  const S *bias_r = a[6], *bias_z = a[7], *bias_n = a[8], *bias_q = a[9], *recalled = a[10], *before = a[11];
  __builtin_assume(n % LANES == 0);
  LANES_LOOP for (ptrdiff_t j = 0; j < n; j++) {
    S reset = K(sigmoid)(r[j] + bias_r[j]), update = K(sigmoid)(z[j] + bias_z[j]);
    S memory = recalled[j] + bias_q[j];
    S new = K(tanh)(candidate[j] + bias_n[j] + reset * memory);
    r[j] = reset;
    z[j] = update;
    candidate[j] = new;
    q[j] = memory;
    h[j] = (1 - update) * new + update * before[j];
  }
}

// Outputs: dh, the derivatives by the sums of r, z, n, and by q. Inputs: r, z, n, q, h before, dy, what dh was, and of the
// step after this one dh and z.
CLONES static void K(gru_backward_lanes)(ptrdiff_t n, S *const *a) {
  S *dh = a[0], *dr = a[1], *dz = a[2], *dn = a[3], *dq = a[4];
  const S *r = a[6], *z = a[7], *candidate = a[8], *q = a[9], *before = a[10], *dy = a[11], *arrived = a[12];
  const S *dh_after = a[13], *z_after = a[14];
  __builtin_assume(n % LANES == 0);
  LANES_LOOP for (ptrdiff_t j = 0; j < n; j++) {
    S reset = r[j], update = z[j], new = candidate[j];
    S state = arrived[j] + dh_after[j] * z_after[j] + dy[j];
    S sum = state * (1 - update) * (1 - new * new);
    dh[j] = state;
    dr[j] = sum * q[j] * (reset * (1 - reset));
    dz[j] = state * (before[j] - new) * (update * (1 - update));
    dn[j] = sum;
    dq[j] = sum * reset;
  }
}

CK_OVERLOAD void ck_gru_step(const struct ck_time_step *s, const S *bias, const S *recurrent_bias, S *gates, bool first,
  S *q, S *h) {
  struct K(cell) job = {.lanes = K(gru_lanes)};
  ptrdiff_t n = s->units, state = s->time * n, width = 3 * state;
  K(place)(&job, 0, h, state);
  K(place)(&job, 4, q, state);
  for (int gate = 0; gate < 3; gate++) {
    K(place)(&job, 1 + gate, gates + gate * n, width);
    K(place)(&job, 6 + gate, bias + gate * n, 0);
  }
  K(place)(&job, 9, recurrent_bias, 0);
  K(place)(&job, 10, first ? NULL : q, state);
  K(place)(&job, 11, first ? NULL : h - n, state);
  K(run_cell)(&job, s);
}

CK_OVERLOAD void ck_gru_step_backward(const struct ck_time_step *s, const S *gates, const S *q, const S *h, bool first,
  const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dgates, S *dq) {
  struct K(cell) job = {.lanes = K(gru_backward_lanes)};
  ptrdiff_t n = s->units, state = s->time * n, width = 3 * state;
  K(place)(&job, 0, dh, state);
  K(place)(&job, 4, dq, state);
  for (int gate = 0; gate < 3; gate++) {
    K(place)(&job, 1 + gate, dgates + gate * n, width);
    K(place)(&job, 6 + gate, gates + gate * n, width);
  }
  K(place)(&job, 9, q, state);
  K(place)(&job, 10, first ? NULL : h - n, state);
  K(place)(&job, 11, dy, dy_stride);
  K(place)(&job, 12, arrives ? dh : NULL, state);
  K(place)(&job, 13, arrives ? dh + n : NULL, state);
  K(place)(&job, 14, arrives ? gates + 4 * n : NULL, width);
  K(run_cell)(&job, s);
}
