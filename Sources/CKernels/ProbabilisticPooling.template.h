// Probabilistic max-pooling for one scalar S.

struct K(states_job) {
  struct ck_pooling g;
  uint64_t key, stream, counter;
  const S *x, *above;
  S *p, *pooled, *state, *pooled_state, *mass;
};

/// Where the pooled units of a block lie in the maps: pieces of neighbouring maps, each with its window's first unit.
struct K(states_pieces) {
  ptrdiff_t count, corner[ck_random_block], start[ck_random_block + 1];
};

INLINE void K(find_pieces)(const struct ck_pooling *g, ptrdiff_t begin, ptrdiff_t count, struct K(states_pieces) *pieces) {
  const ptrdiff_t out_rows = g->rows / g->window_rows, out_columns = g->columns / g->window_columns;
  pieces->count = 0;
  for (ptrdiff_t i = 0; i < count;) {
    ptrdiff_t unit = begin + i, map = unit % g->maps, place = unit / g->maps;
    ptrdiff_t column = place % out_columns, row = place / out_columns % out_rows, sample = place / out_columns / out_rows;
    pieces->corner[pieces->count] =
      ((sample * g->rows + row * g->window_rows) * g->columns + column * g->window_columns) * g->maps + map;
    pieces->start[pieces->count++] = i;
    i += ck_minimum(count - i, g->maps - map);
  }
  pieces->start[pieces->count] = count;
}

/// Copies one unit of every window of a block out of the maps, or back into them.
INLINE void K(gather_pieces)(const struct K(states_pieces) *pieces, ptrdiff_t unit, const S *x, S *v) {
  for (ptrdiff_t i = 0; i < pieces->count; i++)
    memcpy(v + pieces->start[i], x + pieces->corner[i] + unit,
      (size_t)(pieces->start[i + 1] - pieces->start[i]) * sizeof(S));
}

INLINE void K(scatter_pieces)(const struct K(states_pieces) *pieces, ptrdiff_t unit, const S *v, S *x) {
  for (ptrdiff_t i = 0; i < pieces->count; i++)
    memcpy(x + pieces->corner[i] + unit, v + pieces->start[i],
      (size_t)(pieces->start[i + 1] - pieces->start[i]) * sizeof(S));
}

CLONES static void K(states_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(states_job) *job = data;
  const struct ck_pooling g = job->g;
  const ptrdiff_t all = g.batch * (g.rows / g.window_rows) * (g.columns / g.window_columns) * g.maps;
  struct K(states_pieces) pieces;
  for (ptrdiff_t block = first; block < last; block++) {
    const ptrdiff_t begin = block * ck_random_block, count = ck_minimum(ck_random_block, all - begin);
    K(find_pieces)(&g, begin, count, &pieces);
    S v[ck_random_block] = {0}, above[ck_random_block] = {0}, largest[ck_random_block], on[ck_random_block];
    S total[ck_random_block], scale[ck_random_block], u[ck_random_block], chosen[ck_random_block];
    if (job->above != NULL) memcpy(above, job->above + begin, (size_t)count * sizeof(S));
    // "None" counts as e^0, so the largest number is at least 0. A nan need not win: it comes through the exponentials.
    for (int l = 0; l < ck_random_block; l++) largest[l] = 0, on[l] = 0;
    for (ptrdiff_t i = 0; i < g.window_rows; i++) {
      for (ptrdiff_t j = 0; j < g.window_columns; j++) {
        K(gather_pieces)(&pieces, (i * g.columns + j) * g.maps, job->x, v);
        for (int l = 0; l < ck_random_block; l++) {
          S z = v[l] + above[l];
          largest[l] = z > largest[l] ? z : largest[l];
        }
      }
    }
    for (ptrdiff_t i = 0; i < g.window_rows; i++) {
      for (ptrdiff_t j = 0; j < g.window_columns; j++) {
        K(gather_pieces)(&pieces, (i * g.columns + j) * g.maps, job->x, v);
        LANES_LOOP for (int l = 0; l < ck_random_block; l++) {
          S e = K(exp)(v[l] + above[l] - largest[l]);
          v[l] = e;
          on[l] += e;
        }
        K(scatter_pieces)(&pieces, (i * g.columns + j) * g.maps, v, job->p);
      }
    }
    LANES_LOOP for (int l = 0; l < ck_random_block; l++) {
      total[l] = K(exp)(-largest[l]) + on[l];
      scale[l] = 1 / total[l];
    }
    if (job->mass != NULL) {
      // The logarithm of a number from 1 up; its tricks with bits would make a number of a nan.
      for (int l = 0; l < ck_random_block; l++)
        v[l] = total[l] == total[l] ? largest[l] + K(log_unit)(total[l]) : total[l];
      memcpy(job->mass + begin, v, (size_t)count * sizeof(S));
    }
    if (job->pooled != NULL) {
      for (int l = 0; l < ck_random_block; l++) v[l] = on[l] * scale[l];
      memcpy(job->pooled + begin, v, (size_t)count * sizeof(S));
    }
    const bool draws = job->state != NULL;
    if (draws)
      K(unit_block)(job->key, job->stream, job->counter + (uint64_t)block * ck_random_counters, u);
    // `on` becomes the sum of the probabilities so far: the unit is drawn within whose share the number lies.
    for (int l = 0; l < ck_random_block; l++) on[l] = 0;
    for (ptrdiff_t i = 0; i < g.window_rows; i++) {
      for (ptrdiff_t j = 0; j < g.window_columns; j++) {
        const ptrdiff_t unit = (i * g.columns + j) * g.maps;
        K(gather_pieces)(&pieces, unit, job->p, v);
        for (int l = 0; l < ck_random_block; l++) v[l] *= scale[l];
        K(scatter_pieces)(&pieces, unit, v, job->p);
        if (!draws) continue;
        for (int l = 0; l < ck_random_block; l++) {
          S before = on[l], after = before + v[l];
          on[l] = after;
          chosen[l] = v[l] != v[l] ? v[l] : ((u[l] >= before) & (u[l] < after)) ? (S)1 : (S)0;
        }
        K(scatter_pieces)(&pieces, unit, chosen, job->state);
      }
    }
    if (job->pooled_state != NULL) {
      for (int l = 0; l < ck_random_block; l++) v[l] = on[l] != on[l] ? on[l] : u[l] < on[l] ? (S)1 : (S)0;
      memcpy(job->pooled_state + begin, v, (size_t)count * sizeof(S));
    }
  }
}

CK_OVERLOAD void ck_pool_states(const struct ck_pooling *g, const S *x, const S *above, uint64_t key, uint64_t stream,
  uint64_t counter, S *p, S *pooled, S *state, S *pooled_state, S *mass) {
  const ptrdiff_t units = g->batch * g->rows * g->columns * g->maps;
  const ptrdiff_t out = g->batch * (g->rows / g->window_rows) * (g->columns / g->window_columns) * g->maps;
  if (out * g->window_rows * g->window_columns != units) {
    memset(p, 0, (size_t)units * sizeof(S));
    if (state != NULL) memset(state, 0, (size_t)units * sizeof(S));
  }
  struct K(states_job) job = {.g = *g, .key = key, .stream = stream, .counter = counter, .x = x, .above = above, .p = p,
    .pooled = pooled, .state = state, .pooled_state = pooled_state, .mass = mass};
  ck_for_blocks(ck_ceiling(out, ck_random_block), units >= ck_worth_threads_computing, K(states_blocks), &job);
}
