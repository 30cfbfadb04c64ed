// The product's kernels for one scalar S and one instruction set. The including file defines P(name), TARGET,
// VECTOR_BYTES and TILE_ROWS; they are undefined at the end.
//
// After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008: a tile of C, TILE_ROWS by two
// vectors, stays in registers while k runs; op(B) is first copied ("packed") into panels as wide as a tile, so that the
// innermost loop reads it in order; and k is cut into blocks so that packed B stays in the second-level cache.
//
// The same additions in the same order make an element of C whatever tile it falls in: a caller may cut C into parts
// for threads as it likes.

#define VECTOR_LANES ((int)(VECTOR_BYTES / sizeof(S)))
#define TILE_COLUMNS (2 * VECTOR_LANES)
#define UNROLL _Pragma("clang loop unroll(full)")
typedef S P(vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(S)), may_alias));
typedef S P(vector8) __attribute__((vector_size(8 * sizeof(S)), aligned(sizeof(S)), may_alias));

typedef S P(vector4) __attribute__((vector_size(4 * sizeof(S)), aligned(sizeof(S)), may_alias));

/// Copies between arrays that do not overlap; the last vector goes back over elements already copied.
TARGET INLINE void P(copy)(ptrdiff_t count, const S *from, S *to) {
  if (count >= 8) {
    for (ptrdiff_t i = 0; i < count - 8; i += 8) *(P(vector8) *)(to + i) = *(const P(vector8) *)(from + i);
    *(P(vector8) *)(to + count - 8) = *(const P(vector8) *)(from + count - 8);
  } else if (count >= 4) {
    *(P(vector4) *)to = *(const P(vector4) *)from;
    *(P(vector4) *)(to + count - 4) = *(const P(vector4) *)(from + count - 4);
  } else {
    for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i];
  }
}

/// alpha sum + beta C, rounded in the same way wherever it is written, so that an element's bits do not depend on where
/// it stands in its tile.
#define COMBINE(sum, place) (beta == 0 ? alpha * (sum) : alpha * (sum) + beta * (place))

/// One tile: C = alpha A B + beta C for `rows` rows and `vectors` vectors, both known when this is compiled. A's
/// element (i, l) is a[i * a_row + l * a_step]; B's row l begins at b + l * b_step; only `columns` columns of C exist,
/// which reach into the last vector.
TARGET INLINE void P(tile_body)(const int rows, const int vectors, ptrdiff_t k, const S *a, ptrdiff_t a_row,
  ptrdiff_t a_step, const S *b, ptrdiff_t b_step, S alpha, S beta, S *c, ptrdiff_t ldc, ptrdiff_t columns) {
#pragma clang fp contract(fast)
  P(vector) sums[TILE_ROWS > 8 ? TILE_ROWS : 8][8];
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      sums[i][v] = (P(vector)){0};
      __builtin_prefetch(c + i * ldc + v * VECTOR_LANES, 1);
    }
  }
  _Pragma("clang loop unroll(disable)") for (ptrdiff_t l = 0; l < k; l++) {
    P(vector) row[8];
    UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const P(vector) *)(b + l * b_step + v * VECTOR_LANES);
    UNROLL for (int i = 0; i < rows; i++) {
      S weight = a[i * a_row + l * a_step];
      UNROLL for (int v = 0; v < vectors; v++) sums[i][v] += weight * row[v];
    }
  }
  // Only the last vector may stand out of C; what of it does is made beside and copied.
  const ptrdiff_t rest = columns - (vectors - 1) * VECTOR_LANES;
  const bool whole = rest == VECTOR_LANES;
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int v = 0; v < vectors; v++) {
#pragma clang fp contract(off)
      S *to = c + i * ldc + v * VECTOR_LANES;
      if (v < vectors - 1 || whole) {
        *(P(vector) *)to = COMBINE(sums[i][v], *(P(vector) *)to);
        continue;
      }
      S line[VECTOR_LANES] __attribute__((aligned(64)));
      if (beta != 0) {
        *(P(vector) *)line = (P(vector)){0};
        P(copy)(rest, to, line);
      }
      *(P(vector) *)line = COMBINE(sums[i][v], *(P(vector) *)line);
      P(copy)(rest, line, to);
    }
  }
}

#define TILE_CASE(rows) \
  case rows: \
    if (vectors == 1) P(tile_body)(rows, 1, k, a, a_row, a_step, b, b_step, alpha, beta, c, ldc, columns); \
    else P(tile_body)(rows, 2, k, a, a_row, a_step, b, b_step, alpha, beta, c, ldc, columns); \
    break;

TARGET static void P(tile)(ptrdiff_t rows, ptrdiff_t vectors, ptrdiff_t k, const S *a, ptrdiff_t a_row,
  ptrdiff_t a_step, const S *b, ptrdiff_t b_step, S alpha, S beta, S *c, ptrdiff_t ldc, ptrdiff_t columns) {
  switch (rows) {
    TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
#if TILE_ROWS > 6
    TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12) TILE_CASE(13) TILE_CASE(14)
#endif
  }
}
#undef TILE_CASE

/// to[l * step + j] = from[j * ld + l] for an 8 by 8 block, by exchanging halves of ever longer pieces.
TARGET INLINE void P(transpose8)(const S *from, ptrdiff_t ld, S *to, ptrdiff_t step) {
  P(vector8) r[8], s[8];
  UNROLL for (int i = 0; i < 8; i++) r[i] = *(const P(vector8) *)(from + i * ld);
  UNROLL for (int i = 0; i < 8; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  UNROLL for (int i = 0; i < 8; i++) {
    if (i & 2) continue;
    r[i] = __builtin_shufflevector(s[i], s[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    r[i + 2] = __builtin_shufflevector(s[i], s[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    s[i] = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    s[i + 4] = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  UNROLL for (int i = 0; i < 8; i++) *(P(vector8) *)(to + i * step) = s[i];
}

/// Copies k rows of `columns` columns of op(B), cut into panels of TILE_COLUMNS; the last one is as many vectors wide
/// as it needs, filled up with 0.
TARGET static void P(pack)(bool transpose, ptrdiff_t k, ptrdiff_t columns, const S *b, ptrdiff_t ldb, S *panels) {
  ptrdiff_t whole = columns / TILE_COLUMNS * TILE_COLUMNS, rest = columns - whole;
  ptrdiff_t rest_width = ck_ceiling(rest, VECTOR_LANES) * VECTOR_LANES;
  if (!transpose) {
    if (rest > 0) memset(panels + whole * k, 0, (size_t)(rest_width * k) * sizeof(S));
    for (ptrdiff_t l = 0; l < k; l++) {
      const S *row = b + l * ldb;
      S *to = panels + l * TILE_COLUMNS;
      for (ptrdiff_t j = 0; j < whole; j += TILE_COLUMNS) {
        P(vector) low = *(const P(vector) *)(row + j), high = *(const P(vector) *)(row + j + VECTOR_LANES);
        *(P(vector) *)(to + j * k) = low;
        *(P(vector) *)(to + j * k + VECTOR_LANES) = high;
      }
      if (rest > 0) P(copy)(rest, row + whole, panels + whole * k + l * rest_width);
    }
    return;
  }
  for (ptrdiff_t j0 = 0; j0 < columns; j0 += TILE_COLUMNS) {
    ptrdiff_t here = ck_minimum(TILE_COLUMNS, columns - j0), width = j0 < whole ? TILE_COLUMNS : rest_width, j = 0;
    S *panel = panels + j0 * k;
    const S *from = b + j0 * ldb;
    for (; j + 8 <= here; j += 8) {
      ptrdiff_t l = 0;
      for (; l + 8 <= k; l += 8) P(transpose8)(from + j * ldb + l, ldb, panel + l * width + j, width);
      for (; l < k; l++)
        for (int i = 0; i < 8; i++) panel[l * width + j + i] = from[(j + i) * ldb + l];
    }
    for (; j < width; j++)
      for (ptrdiff_t l = 0; l < k; l++) panel[l * width + j] = j < here ? from[j * ldb + l] : 0;
  }
}

/// C = alpha op(A) op(B) + beta C. `panels` has room for `capacity` elements, at least product_depth * TILE_COLUMNS.
TARGET static void P(general)(const struct K(product) *p, S *panels, ptrdiff_t capacity) {
  const bool transpose_b = p->transpose_b;
  const ptrdiff_t m = p->m, n = p->n, k = p->k, lda = p->lda, ldb = p->ldb, ldc = p->ldc;
  ptrdiff_t depth = ck_ceiling(ck_ceiling(k, ck_ceiling(k, product_depth)), 8) * 8;
  ptrdiff_t width = ck_ceiling(n, ck_ceiling(n, capacity / depth / TILE_COLUMNS * TILE_COLUMNS));
  width = ck_ceiling(width, TILE_COLUMNS) * TILE_COLUMNS;
  ptrdiff_t tiles = ck_ceiling(m, TILE_ROWS);
  // Few tiles do not repay a copy of B; but a part of a panel must be copied so that whole vectors can be read.
  bool direct = !transpose_b && tiles <= 2;
  // Rows of A that lie a multiple of a kilobyte apart would push each other out of the first-level cache.
  bool copy_a = n >= 4 * TILE_COLUMNS && (size_t)lda * sizeof(S) % 1024 == 0;
  S tile_a[TILE_ROWS * (product_depth + 16)] __attribute__((aligned(64)));
  for (ptrdiff_t j0 = 0; j0 < n; j0 += width) {
    ptrdiff_t block_columns = ck_minimum(width, n - j0);
    for (ptrdiff_t l0 = 0; l0 < k; l0 += depth) {
      ptrdiff_t block_depth = ck_minimum(depth, k - l0);
      S beta = l0 == 0 ? p->beta : 1;
      const S *block_b = transpose_b ? p->b + j0 * ldb + l0 : p->b + l0 * ldb + j0;
      ptrdiff_t unpacked = direct ? block_columns / VECTOR_LANES * VECTOR_LANES : 0;
      if (direct && block_columns - unpacked > 0) unpacked = block_columns / TILE_COLUMNS * TILE_COLUMNS;
      P(pack)(transpose_b, block_depth, block_columns - unpacked, block_b + (transpose_b ? unpacked * ldb : unpacked),
        ldb, panels + unpacked * block_depth);
      for (ptrdiff_t t = 0; t < tiles; t++) {
        ptrdiff_t i0 = m * t / tiles, rows = m * (t + 1) / tiles - i0;
        ptrdiff_t a_row = p->transpose_a ? 1 : lda, a_step = p->transpose_a ? lda : 1;
        const S *a = p->a + i0 * a_row + l0 * a_step;
        if (copy_a) {
          if (p->transpose_a) {
            for (ptrdiff_t l = 0; l < block_depth; l++) P(copy)(rows, a + l * lda, tile_a + l * TILE_ROWS);
            a_step = TILE_ROWS;
          } else {
            for (ptrdiff_t i = 0; i < rows; i++) P(copy)(block_depth, a + i * lda, tile_a + i * (product_depth + 16));
            a_row = product_depth + 16;
          }
          a = tile_a;
        }
        for (ptrdiff_t j = 0; j < block_columns; j += TILE_COLUMNS) {
          ptrdiff_t columns = ck_minimum(TILE_COLUMNS, block_columns - j), vectors = ck_ceiling(columns, VECTOR_LANES);
          bool whole = j < unpacked;
          P(tile)(rows, vectors, block_depth, a, a_row, a_step, whole ? block_b + j : panels + j * block_depth,
            whole ? ldb : vectors * VECTOR_LANES, p->alpha, beta, p->c + i0 * ldc + j0 + j, ldc, columns);
        }
      }
    }
  }
}

/// The same for a product so small that deciding counts as much as computing: k is one block, op(B) one set of panels.
TARGET static void P(tiny)(const struct K(product) *p) {
  S panels[product_small_panel] __attribute__((aligned(64)));
  const ptrdiff_t n = p->n, k = p->k;
  ptrdiff_t a_row = p->transpose_a ? 1 : p->lda, a_step = p->transpose_a ? p->lda : 1, step = p->ldb;
  // Columns from here on are packed.
  ptrdiff_t unpacked = p->transpose_b ? 0 : n & -(ptrdiff_t)TILE_COLUMNS;
  if (!p->transpose_b && n - unpacked == VECTOR_LANES) unpacked = n;
  if (unpacked < n)
    P(pack)(p->transpose_b, k, n - unpacked, p->b + (p->transpose_b ? unpacked * step : unpacked), step, panels);
  for (ptrdiff_t i = 0, rows; i < p->m; i += rows) {
    ptrdiff_t left = p->m - i;
    rows = left <= TILE_ROWS ? left : left >= 2 * TILE_ROWS ? TILE_ROWS : (left + 1) / 2;
    for (ptrdiff_t j = 0; j < n; j += TILE_COLUMNS) {
      ptrdiff_t columns = ck_minimum(TILE_COLUMNS, n - j), vectors = columns > VECTOR_LANES ? 2 : 1;
      const S *b = j < unpacked ? p->b + j : panels + (j - unpacked) * k;
      P(tile)(rows, vectors, k, p->a + i * a_row, a_row, a_step, b, j < unpacked ? step : vectors * VECTOR_LANES,
        p->alpha, p->beta, p->c + i * p->ldc + j, p->ldc, columns);
    }
  }
}

/// One row of C from rows of op(B) as they lie: eight vectors at a time.
TARGET static void P(row_times_rows)(const struct K(product) *p) {
  ptrdiff_t a_step = p->transpose_a ? p->lda : 1, j = 0;
  const S *a = p->a, *b = p->b;
  S *c = p->c;
  for (; j + 8 * VECTOR_LANES <= p->n; j += 8 * VECTOR_LANES)
    P(tile_body)(1, 8, p->k, a, 0, a_step, b + j, p->ldb, p->alpha, p->beta, c + j, 0, 8 * VECTOR_LANES);
  for (; j + VECTOR_LANES <= p->n; j += VECTOR_LANES)
    P(tile_body)(1, 1, p->k, a, 0, a_step, b + j, p->ldb, p->alpha, p->beta, c + j, 0, VECTOR_LANES);
  const S alpha = p->alpha, beta = p->beta;
  for (; j < p->n; j++) {
    S sum = 0;
    for (ptrdiff_t l = 0; l < p->k; l++) {
#pragma clang fp contract(fast)
      sum += a[l * a_step] * b[l * p->ldb + j];
    }
    c[j] = COMBINE(sum, c[j]);
  }
}

/// One row of C from columns of op(B), each of which lies in a piece: inner products, four at a time.
TARGET static void P(row_times_columns)(const struct K(product) *p) {
#pragma clang fp contract(fast)
  ptrdiff_t a_step = p->transpose_a ? p->lda : 1, k = p->k, whole = a_step == 1 ? k / VECTOR_LANES * VECTOR_LANES : 0;
  for (ptrdiff_t j = 0; j < p->n; j += 4) {
    int count = (int)ck_minimum(4, p->n - j);
    const S *b[4];
    for (int q = 0; q < 4; q++) b[q] = p->b + (j + (q < count ? q : 0)) * p->ldb;
    P(vector) sums[4] = {{0}};
    for (ptrdiff_t l = 0; l < whole; l += VECTOR_LANES) {
      P(vector) row = *(const P(vector) *)(p->a + l);
      UNROLL for (int q = 0; q < 4; q++) sums[q] += row * *(const P(vector) *)(b[q] + l);
    }
    for (int q = 0; q < count; q++) {
      S sum = 0;
      for (ptrdiff_t l = whole; l < k; l++) sum += p->a[l * a_step] * b[q][l];
      if (whole > 0) {
        S parts[VECTOR_LANES];
        *(P(vector) *)parts = sums[q];
        UNROLL for (int width = VECTOR_LANES / 2; width > 0; width /= 2) {
          UNROLL for (int l = 0; l < width; l++) parts[l] += parts[l + width];
        }
        sum += parts[0];
      }
      const S alpha = p->alpha, beta = p->beta;
      S *c = p->c + j + q;
      *c = COMBINE(sum, *c);
    }
  }
}

#undef COMBINE
#undef VECTOR_LANES
#undef TILE_COLUMNS
#undef UNROLL
#undef TARGET
#undef P
#undef VECTOR_BYTES
#undef TILE_ROWS
