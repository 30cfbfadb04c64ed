// Rows of C are independent. Row i of C is a sum of rows of op(B) weighted by row i of op(A).

struct K(product) {
  bool transpose_a, transpose_b;
  ptrdiff_t m, n, k;
  S alpha;
  const S *a;
  ptrdiff_t lda;
  const S *b;
  ptrdiff_t ldb;
  S beta;
  S *c;
  ptrdiff_t ldc;
};

enum { K(product_rows) = 16 };

INLINE void K(scale_row)(ptrdiff_t n, S beta, S *c) {
  for (ptrdiff_t j = 0; j < n; j++) c[j] = beta == 0 ? 0 : beta * c[j];
}

CLONES static void K(product_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
#pragma clang fp contract(fast)
  const struct K(product) *p = data;
  ptrdiff_t end = ck_minimum(p->m, last * K(product_rows));
  ptrdiff_t step_i = p->transpose_a ? 1 : p->lda, step_k = p->transpose_a ? p->lda : 1;
  for (ptrdiff_t i = first * K(product_rows); i < end; i++) {
    S *c = p->c + i * p->ldc;
    const S *a = p->a + i * step_i;
    K(scale_row)(p->n, p->beta, c);
    if (!p->transpose_b) {
      for (ptrdiff_t l = 0; l < p->k; l++) {
        const S *b = p->b + l * p->ldb;
        S weight = p->alpha * a[l * step_k];
        for (ptrdiff_t j = 0; j < p->n; j++) c[j] += weight * b[j];
      }
    } else {
      for (ptrdiff_t j = 0; j < p->n; j++) {
#pragma clang fp reassociate(on)
        const S *b = p->b + j * p->ldb;
        S sum = 0;
        for (ptrdiff_t l = 0; l < p->k; l++) sum += a[l * step_k] * b[l];
        c[j] += p->alpha * sum;
      }
    }
  }
}

CK_OVERLOAD void ck_gemm(bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, S alpha,
  const S *a, ptrdiff_t lda, const S *b, ptrdiff_t ldb, S beta, S *c, ptrdiff_t ldc) {
  if (m < 1 || n < 1) return;
  if (sizeof(S) == sizeof(float) && k > 0 && m * n * k > 32 * 32 * 32) {
    ck_sgemm_function sgemm = ck_library_sgemm();
    if (sgemm != NULL) {
      sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, (float)alpha, (const float *)a, lda,
        (const float *)b, ldb, (float)beta, (float *)c, ldc);
      return;
    }
  }
  struct K(product) product = {transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc};
  ck_for_blocks(ck_ceiling(m, K(product_rows)), m * n * k >= ck_worth_threads * 16, K(product_blocks), &product);
}
