// Convolution and pooling for one scalar S. Threads take whole samples; sums over samples are made in parts that depend
// on the arguments only, and the parts are added in their order.

struct K(convolution_job) {
  struct ck_convolution g;
  /// Samples of a group, whose windows are written out together, and groups of a block.
  ptrdiff_t group, samples;
  enum ck_activation f;
  S parameter;
  const S *x, *w, *bias, *dz;
  S *z, *y, *sums;
};

INLINE ptrdiff_t K(places)(const struct ck_convolution *g) { return g->out_rows * g->out_columns; }
INLINE ptrdiff_t K(window)(const struct ck_convolution *g) { return g->kernel_rows * g->kernel_columns * g->maps; }
INLINE ptrdiff_t K(picture)(const struct ck_convolution *g) { return g->rows * g->columns * g->maps; }

INLINE void K(copy_piece)(ptrdiff_t count, const S *from, S *to) {
  if (count >= 8) {
    for (ptrdiff_t i = 0; i < count - 8; i += 8) memcpy(to + i, from + i, 8 * sizeof(S));
    memcpy(to + count - 8, from + count - 8, 8 * sizeof(S));
  } else if (count >= 4) {
    memcpy(to, from, 4 * sizeof(S));
    memcpy(to + count - 4, from + count - 4, 4 * sizeof(S));
  } else {
    for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i];
  }
}

/// The columns first..<last of a window's row that lie in the picture, counted from the window's left side.
INLINE void K(inside)(const struct ck_convolution *g, ptrdiff_t left, ptrdiff_t *first, ptrdiff_t *last) {
  *first = left < 0 ? ck_minimum(-left, g->kernel_columns) : 0;
  *last = ck_minimum(g->kernel_columns, g->columns - left);
  if (*last < *first) *last = *first;
}

/// Writes out the windows of one sample; outside the picture is 0.
CLONES static void K(write_windows)(const struct ck_convolution *g, const S *x, S *windows) {
  const ptrdiff_t maps = g->maps, width = g->kernel_columns * maps;
  for (ptrdiff_t r = 0; r < g->out_rows; r++) {
    for (ptrdiff_t c = 0; c < g->out_columns; c++) {
      ptrdiff_t left = c * g->stride - g->padding, first, last;
      K(inside)(g, left, &first, &last);
      for (ptrdiff_t i = 0; i < g->kernel_rows; i++, windows += width) {
        ptrdiff_t row = r * g->stride - g->padding + i;
        if (row < 0 || row >= g->rows || first == last) {
          memset(windows, 0, (size_t)width * sizeof(S));
          continue;
        }
        const S *from = x + (row * g->columns + left) * maps;
        if (last - first < g->kernel_columns) memset(windows, 0, (size_t)width * sizeof(S));
        K(copy_piece)((last - first) * maps, from + first * maps, windows + first * maps);
      }
    }
  }
}

/// Whether windows are better written as columns, [window, place]: of a single map the places of a row lie side by side in
/// the picture, and rows of windows would be written in small pieces.
INLINE bool K(turns)(const struct ck_convolution *g) { return g->maps == 1 && g->stride == 1; }

/// Writes out the windows of one sample as columns, of `all` columns.
CLONES static void K(write_turned)(const struct ck_convolution *g, const S *x, S *windows, ptrdiff_t all) {
  for (ptrdiff_t i = 0; i < g->kernel_rows; i++) {
    for (ptrdiff_t j = 0; j < g->kernel_columns; j++, windows += all) {
      // Places whose window has its column j in the picture.
      ptrdiff_t left = j - g->padding, first = left < 0 ? ck_minimum(-left, g->out_columns) : 0;
      ptrdiff_t last = ck_minimum(g->out_columns, g->columns - left);
      if (last < first) last = first;
      for (ptrdiff_t r = 0; r < g->out_rows; r++) {
        S *to = windows + r * g->out_columns;
        ptrdiff_t row = r - g->padding + i;
        if (row < 0 || row >= g->rows) {
          memset(to, 0, (size_t)g->out_columns * sizeof(S));
          continue;
        }
        if (last - first < g->out_columns) memset(to, 0, (size_t)g->out_columns * sizeof(S));
        K(copy_piece)(last - first, x + row * g->columns + left + first, to + first);
      }
    }
  }
}

/// Writes out the windows of some samples, as rows or as columns.
static void K(write_group)(const struct ck_convolution *g, ptrdiff_t samples, const S *x, S *windows) {
  const ptrdiff_t places = K(places)(g), window = K(window)(g), picture = K(picture)(g);
  for (ptrdiff_t s = 0; s < samples; s++) {
    if (K(turns)(g)) K(write_turned)(g, x + s * picture, windows + s * places, samples * places);
    else K(write_windows)(g, x + s * picture, windows + s * places * window);
  }
}

/// Adds windows to the places of a picture that they were taken from.
CLONES static void K(add_windows)(const struct ck_convolution *g, const S *windows, S *x) {
  const ptrdiff_t maps = g->maps, width = g->kernel_columns * maps;
  for (ptrdiff_t r = 0; r < g->out_rows; r++) {
    for (ptrdiff_t c = 0; c < g->out_columns; c++) {
      ptrdiff_t left = c * g->stride - g->padding, first, last;
      K(inside)(g, left, &first, &last);
      for (ptrdiff_t i = 0; i < g->kernel_rows; i++, windows += width) {
        ptrdiff_t row = r * g->stride - g->padding + i;
        if (row < 0 || row >= g->rows) continue;
        S *to = x + (row * g->columns + left) * maps;
        FREE_LOOP for (ptrdiff_t j = first * maps; j < last * maps; j++) to[j] += windows[j];
      }
    }
  }
}

static void K(forward_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(convolution_job) *job = data;
  const struct ck_convolution *g = &job->g;
  const ptrdiff_t places = K(places)(g), window = K(window)(g), picture = K(picture)(g), maps = g->out_maps;
  S *windows = thread_buffer(&window_key, (size_t)(job->group * places * window) * sizeof(S));
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->group, count = ck_minimum(job->group, g->batch - begin);
    K(write_group)(g, count, job->x + begin * picture, windows);
    const bool turned = K(turns)(g);
    S *z = job->z + begin * places * maps, *y = job->y + begin * places * maps;
    ck_gemm(turned, false, count * places, maps, window, (S)1, windows, turned ? count * places : window, job->w, maps,
      (S)0, z, maps);
    ck_bias_activation(job->f, job->parameter, count * places, maps, z, job->bias, y);
  }
}

static void K(weight_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(convolution_job) *job = data;
  const struct ck_convolution *g = &job->g;
  const ptrdiff_t places = K(places)(g), window = K(window)(g), picture = K(picture)(g), maps = g->out_maps;
  S *windows = thread_buffer(&window_key, (size_t)(job->group * places * window) * sizeof(S));
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->samples, end = ck_minimum(g->batch, begin + job->samples);
    S *sum = job->sums + block * window * maps;
    for (ptrdiff_t at = begin; at < end; at += job->group) {
      ptrdiff_t count = ck_minimum(job->group, end - at);
      K(write_group)(g, count, job->x + at * picture, windows);
      const bool turned = K(turns)(g);
      ck_gemm(!turned, false, window, maps, count * places, (S)1, windows, turned ? count * places : window,
        job->dz + at * places * maps, maps, (S)(at > begin), sum, maps);
    }
  }
}

static void K(input_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(convolution_job) *job = data;
  const struct ck_convolution *g = &job->g;
  const ptrdiff_t places = K(places)(g), window = K(window)(g), picture = K(picture)(g), maps = g->out_maps;
  S *windows = thread_buffer(&window_key, (size_t)(job->group * places * window) * sizeof(S));
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->group, count = ck_minimum(job->group, g->batch - begin);
    ck_gemm(false, true, count * places, window, maps, (S)1, job->dz + begin * places * maps, maps, job->w, maps, (S)0,
      windows, window);
    memset(job->z + begin * picture, 0, (size_t)(count * picture) * sizeof(S));
    for (ptrdiff_t s = 0; s < count; s++)
      K(add_windows)(g, windows + s * places * window, job->z + (begin + s) * picture);
  }
}

/// Samples whose windows fit into the buffer; one always does.
static ptrdiff_t K(group_of)(const struct ck_convolution *g, ptrdiff_t most) {
  ptrdiff_t bytes = K(places)(g) * K(window)(g) * (ptrdiff_t)sizeof(S);
  ptrdiff_t group = ck_window_bytes / (bytes < 1 ? 1 : bytes);
  return group < 1 ? 1 : ck_minimum(group, most);
}

INLINE bool K(convolution_spreads)(const struct ck_convolution *g) {
  return g->batch * K(places)(g) * K(window)(g) * g->out_maps >= ck_convolution_worth_threads;
}

CK_OVERLOAD void ck_convolve(const struct ck_convolution *g, enum ck_activation f, S parameter, const S *x, const S *w,
  const S *bias, S *z, S *y) {
  // At least eight blocks, where there are so many samples, so that threads share them evenly.
  struct K(convolution_job) job = {.g = *g, .f = f, .parameter = parameter, .x = x, .w = w, .bias = bias, .z = z, .y = y};
  job.group = K(group_of)(g, ck_ceiling(g->batch, ck_sum_parts));
  ck_for_blocks(ck_ceiling(g->batch, job.group), K(convolution_spreads)(g), K(forward_blocks), &job);
}

CK_OVERLOAD void ck_convolve_weight_gradient(const struct ck_convolution *g, const S *x, const S *dz, S *dw) {
  const ptrdiff_t count = K(window)(g) * g->out_maps;
  struct K(convolution_job) job = {.g = *g, .x = x, .dz = dz};
  job.samples = ck_ceiling(g->batch, ck_sum_parts);
  job.group = K(group_of)(g, job.samples);
  ptrdiff_t parts = ck_ceiling(g->batch, job.samples < 1 ? 1 : job.samples);
  if (parts < 1) {
    memset(dw, 0, (size_t)count * sizeof(S));
    return;
  }
  job.sums = parts == 1 ? dw : thread_buffer(&sum_key, (size_t)(parts * count) * sizeof(S));
  ck_for_blocks(parts, K(convolution_spreads)(g), K(weight_blocks), &job);
  if (parts > 1) ck_column_sums(parts, count, (S)1, job.sums, dw);
}

CK_OVERLOAD void ck_convolve_input_gradient(const struct ck_convolution *g, const S *dz, const S *w, S *dx) {
  struct K(convolution_job) job = {.g = *g, .dz = dz, .w = w, .z = dx};
  job.group = K(group_of)(g, ck_ceiling(g->batch, ck_sum_parts));
  ck_for_blocks(ck_ceiling(g->batch, job.group), K(convolution_spreads)(g), K(input_blocks), &job);
}

// Pooling: windows that do not overlap. Rows and columns left over at the right and at the bottom are not looked at.

struct K(pooling_job) {
  struct ck_pooling g;
  const S *x, *y, *dy;
  S *out, *kept;
};

// A piece is some maps of one output place, which stay in registers while its window is gone through. Maps are cut into
// pieces of 16, 8, 4 and 1, so that few go one by one whatever their number is.

#define LANES_OF(width) typedef S K(lanes##width) __attribute__((vector_size(width * sizeof(S)), aligned(sizeof(S)), may_alias))
LANES_OF(16);
LANES_OF(8);
LANES_OF(4);
LANES_OF(1);
#undef LANES_OF

/// In each lane `yes` where the comparison held, else `no`.
#define CHOOSE(V, held, yes, no) ((V)(((held) & (__typeof__(held))(yes)) | (~(held) & (__typeof__(held))(no))))

/// `step` is the way from one row of the picture to the next.
#define POOL_PIECE(width) \
  INLINE void K(pool_piece##width)(const struct ck_pooling *g, ptrdiff_t step, const S *x, S *y, S *kept) { \
    typedef K(lanes##width) V; \
    V best = *(const V *)x, which = {0}; \
    if (g->kind != ck_pool_maximum) best = (V){0}; \
    for (ptrdiff_t i = 0; i < g->window_rows; i++) { \
      for (ptrdiff_t j = 0; j < g->window_columns; j++) { \
        const V here = *(const V *)(x + i * step + j * g->maps); \
        if (g->kind == ck_pool_maximum) { \
          /* The first of equals stays; a nan wins and stays. */ \
          const __typeof__(here > best) wins = (here > best) | ((here != here) & (best == best)); \
          best = CHOOSE(V, wins, here, best); \
          which = CHOOSE(V, wins, (V){0} + (S)(i * g->window_columns + j), which); \
        } else { \
          best += g->kind == ck_pool_root ? here * here : here; \
        } \
      } \
    } \
    *(V *)y = g->kind == ck_pool_average ? best * (1 / (S)(g->window_rows * g->window_columns)) : best; \
    if (g->kind == ck_pool_maximum) *(V *)kept = which; \
  }
POOL_PIECE(16)
POOL_PIECE(8)
POOL_PIECE(4)
POOL_PIECE(1)
#undef POOL_PIECE

CLONES static void K(pool_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(pooling_job) *job = data;
  const struct ck_pooling g = job->g;
  const ptrdiff_t out_rows = g.rows / g.window_rows, out_columns = g.columns / g.window_columns, maps = g.maps;
  const ptrdiff_t step = g.columns * maps;
  for (ptrdiff_t block = first; block < last; block++) {
    for (ptrdiff_t place = 0; place < out_rows * out_columns; place++) {
      ptrdiff_t top = place / out_columns * g.window_rows, left = place % out_columns * g.window_columns, m = 0;
      const S *x = job->x + ((block * g.rows + top) * g.columns + left) * maps;
      S *y = job->out + (block * out_rows * out_columns + place) * maps;
      S *kept = job->kept == NULL ? y : job->kept + (block * out_rows * out_columns + place) * maps;
      for (; m + 16 <= maps; m += 16) K(pool_piece16)(&g, step, x + m, y + m, kept + m);
      if (m + 8 <= maps) K(pool_piece8)(&g, step, x + m, y + m, kept + m), m += 8;
      if (m + 4 <= maps) K(pool_piece4)(&g, step, x + m, y + m, kept + m), m += 4;
      for (; m < maps; m++) K(pool_piece1)(&g, step, x + m, y + m, kept + m);
      if (g.kind == ck_pool_root) for (m = 0; m < maps; m++) y[m] = K(root)(y[m]);
    }
  }
}

#define UNPOOL_PIECE(width) \
  INLINE void K(unpool_piece##width)( \
    const struct ck_pooling *g, ptrdiff_t step, const S *x, const S *y, const S *kept, const S *dy, S *dx) { \
    typedef K(lanes##width) V; \
    V share = *(const V *)dy, which = {0}; \
    if (g->kind == ck_pool_maximum) which = *(const V *)kept; \
    if (g->kind == ck_pool_average) share *= 1 / (S)(g->window_rows * g->window_columns); \
    if (g->kind == ck_pool_probability) share *= 1 - *(const V *)y; \
    for (ptrdiff_t i = 0; i < g->window_rows; i++) { \
      for (ptrdiff_t j = 0; j < g->window_columns; j++) { \
        const ptrdiff_t at = i * step + j * g->maps; \
        V here = share; \
        if (g->kind == ck_pool_maximum) { \
          const V index = (V){0} + (S)(i * g->window_columns + j); \
          here = CHOOSE(V, which == index, share, (V){0}); \
        } else if (g->kind == ck_pool_root) { \
          const V root = *(const V *)y; \
          here = CHOOSE(V, root == (V){0}, (V){0}, share * *(const V *)(x + at) / root); \
        } else if (g->kind == ck_pool_probability) { \
          here *= *(const V *)(x + at); \
        } \
        *(V *)(dx + at) = here; \
      } \
    } \
  }
UNPOOL_PIECE(16)
UNPOOL_PIECE(8)
UNPOOL_PIECE(4)
UNPOOL_PIECE(1)
#undef UNPOOL_PIECE
#undef CHOOSE

CLONES static void K(unpool_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(pooling_job) *job = data;
  const struct ck_pooling g = job->g;
  const ptrdiff_t out_rows = g.rows / g.window_rows, out_columns = g.columns / g.window_columns, maps = g.maps;
  const ptrdiff_t picture = g.rows * g.columns * maps, step = g.columns * maps;
  const bool exact = out_rows * g.window_rows == g.rows && out_columns * g.window_columns == g.columns;
  for (ptrdiff_t block = first; block < last; block++) {
    if (!exact) memset(job->out + block * picture, 0, (size_t)picture * sizeof(S));
    for (ptrdiff_t place = 0; place < out_rows * out_columns; place++) {
      ptrdiff_t top = place / out_columns * g.window_rows, left = place % out_columns * g.window_columns, m = 0;
      ptrdiff_t corner = ((block * g.rows + top) * g.columns + left) * maps;
      ptrdiff_t out = (block * out_rows * out_columns + place) * maps;
      const S *x = job->x + corner, *y = job->y + out, *dy = job->dy + out;
      const S *kept = job->kept == NULL ? y : job->kept + out;
      S *dx = job->out + corner;
      for (; m + 16 <= maps; m += 16) K(unpool_piece16)(&g, step, x + m, y + m, kept + m, dy + m, dx + m);
      if (m + 8 <= maps) K(unpool_piece8)(&g, step, x + m, y + m, kept + m, dy + m, dx + m), m += 8;
      if (m + 4 <= maps) K(unpool_piece4)(&g, step, x + m, y + m, kept + m, dy + m, dx + m), m += 4;
      for (; m < maps; m++) K(unpool_piece1)(&g, step, x + m, y + m, kept + m, dy + m, dx + m);
    }
  }
}

CK_OVERLOAD void ck_pool(const struct ck_pooling *g, const S *x, S *y, S *kept) {
  struct K(pooling_job) job = {.g = *g, .x = x, .out = y, .kept = kept};
  bool spread = g->batch * g->rows * g->columns * g->maps >= ck_worth_threads;
  ck_for_blocks(g->batch, spread, K(pool_blocks), &job);
}

CK_OVERLOAD void ck_pool_backward(const struct ck_pooling *g, const S *x, const S *y, const S *kept, const S *dy, S *dx) {
  struct K(pooling_job) job = {.g = *g, .x = x, .y = y, .dy = dy, .out = dx, .kept = (S *)kept};
  bool spread = g->batch * g->rows * g->columns * g->maps >= ck_worth_threads;
  ck_for_blocks(g->batch, spread, K(unpool_blocks), &job);
}
