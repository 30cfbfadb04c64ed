// Which kernel makes a product, and how threads share it. The choice and the library's parts depend on the shape only.

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

/// What an instruction set offers.
struct K(product_kernels) {
  ptrdiff_t tile_columns;
  void (*tiny)(const struct K(product) *);
  void (*general)(const struct K(product) *, S *, ptrdiff_t);
  void (*row_times_rows)(const struct K(product) *);
  void (*row_times_columns)(const struct K(product) *);
};

#if CK_X86
#define TARGET __attribute__((target("avx512f")))
#define P(name) CK_JOIN(K(name), avx512)
#define VECTOR_BYTES 64
#define TILE_ROWS 14
#include "ProductKernel.template.h"
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define P(name) CK_JOIN(K(name), avx2)
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#include "ProductKernel.template.h"
#endif
#define TARGET
#define P(name) CK_JOIN(K(name), plain)
#define VECTOR_BYTES 16
#define TILE_ROWS 6
#include "ProductKernel.template.h"

#define KERNELS(set, bytes) \
  {2 * (bytes) / (ptrdiff_t)sizeof(S), CK_JOIN(K(tiny), set), CK_JOIN(K(general), set), \
    CK_JOIN(K(row_times_rows), set), CK_JOIN(K(row_times_columns), set)}
/// In the order of enum instruction_set.
static const struct K(product_kernels) K(kernels)[] = {
  KERNELS(plain, 16),
#if CK_X86
  KERNELS(avx2, 32),
  KERNELS(avx512, 64),
#endif
};
#undef KERNELS

struct K(product_job) {
  struct K(product) product;
  const struct K(product_kernels) *kernels;
  /// Threads take columns of C, `width` at a time; otherwise rows.
  bool by_columns;
  ptrdiff_t width;
};

/// The product whose C is the columns or rows first * width ..< last * width.
static struct K(product) K(part_of)(const struct K(product_job) *job, ptrdiff_t first, ptrdiff_t last) {
  struct K(product) part = job->product;
  ptrdiff_t begin = first * job->width;
  if (job->by_columns) {
    part.n = ck_minimum(part.n, last * job->width) - begin;
    part.b += part.transpose_b ? begin * part.ldb : begin;
    part.c += begin;
  } else {
    part.m = ck_minimum(part.m, last * job->width) - begin;
    part.a += part.transpose_a ? begin : begin * part.lda;
    part.c += begin * part.ldc;
  }
  return part;
}

static void K(built_in_part)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(product_job) *job = data;
  struct K(product) part = K(part_of)(job, first, last);
  if (!part.transpose_b && (job->product.m == 1 || part.k <= product_shallow)) {
    // Rows of C in one sweep each: their making is cheap, their way to memory is not.
    for (; part.m > 0; part.m--) {
      job->kernels->row_times_rows(&part);
      part.a += part.transpose_a ? 1 : part.lda;
      part.c += part.ldc;
    }
    return;
  }
  if (job->product.m == 1) return job->kernels->row_times_columns(&part);
  S *panels = part.n * part.k > product_small_panel ? ck_product_buffer() : NULL;
  if (panels != NULL) return job->kernels->general(&part, panels, product_buffer / (ptrdiff_t)sizeof(S));
  S small[product_small_panel] __attribute__((aligned(64)));
  job->kernels->general(&part, small, product_small_panel);
}

static void K(built_in_product)(struct K(product) product) {
  if (product.n == 1 && product.m > 1 && product.ldc == 1) {
    // One column: its transpose is one row, op(B)' op(A)'.
    product = (struct K(product)){!product.transpose_b, !product.transpose_a, 1, product.m, product.k, product.alpha,
      product.b, product.ldb, product.a, product.lda, product.beta, product.c, product.m};
  }
  // Half of a wide vector would idle in a narrow product.
  int set = instruction_set();
  if (set == set_avx512 && product.n * (ptrdiff_t)sizeof(S) <= 32) set = set_avx2;
  const struct K(product_kernels) *kernels = &K(kernels)[set];
  const ptrdiff_t m = product.m, n = product.n, k = product.k, work = m * n * k;
  if (m > 1 && k <= product_depth && work <= product_tiny) return kernels->tiny(&product);
  struct K(product_job) job = {product, kernels, true, kernels->tile_columns};
  ptrdiff_t panels = ck_ceiling(n, kernels->tile_columns);
  if (m > 1 && (k <= product_shallow || (panels < 2 * ck_threads() && panels * 8 < m))) {
    // One part a thread, because each packs all of op(B).
    job.by_columns = false;
    job.width = ck_ceiling(m, ck_threads());
  }
  bool spread = work >= product_worth_threads || m * n >= ck_worth_threads;
  ck_for_blocks(job.by_columns ? panels : ck_ceiling(m, job.width), spread, K(built_in_part), &job);
}

#ifdef PRODUCT_LIBRARY
static void library_part(const void *data, ptrdiff_t first, ptrdiff_t last) {
  for (ptrdiff_t block = first; block < last; block++) {
    struct K(product) p = K(part_of)(data, block, block + 1);
    ck_library_sgemm()(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b,
      p.ldb, p.beta, p.c, p.ldc);
  }
}

/// Whether the library makes this product: it pays where C is large, and wide or high enough for several parts.
static bool library_suits(const struct K(product) *p) {
  bool wide = p->n >= 2 * product_library_part && p->m >= 48, high = p->m >= 8 * product_library_part && p->n >= 48;
  return !p->transpose_b && p->k > product_shallow && (wide || high) && p->m * p->n * p->k >= product_worth_library
    && ck_library_sgemm() != NULL;
}

static void library_product(struct K(product) product) {
  const ptrdiff_t m = product.m, n = product.n;
  struct K(product_job) job = {product, NULL, n >= 2 * product_library_part && n * 4 > m, 0};
  // About a sixteenth, so that several threads stay busy; but each part must repay its preparation.
  ptrdiff_t extent = job.by_columns ? n : m, most = 4 * product_library_part;
  job.width = ck_ceiling(ck_ceiling(extent, 16), 32) * 32;
  job.width = job.width < product_library_part ? product_library_part : ck_minimum(job.width, most);
  ck_for_blocks(ck_ceiling(extent, job.width), true, library_part, &job);
}
#endif

CK_OVERLOAD void ck_gemm(bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, S alpha,
  const S *a, ptrdiff_t lda, const S *b, ptrdiff_t ldb, S beta, S *c, ptrdiff_t ldc) {
  if (m < 1 || n < 1) return;
  if (k < 1 || alpha == 0) {
    for (ptrdiff_t i = 0; i < m; i++)
      for (ptrdiff_t j = 0; j < n; j++) c[i * ldc + j] = beta == 0 ? 0 : beta * c[i * ldc + j];
    return;
  }
  struct K(product) product = {transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc};
#ifdef PRODUCT_LIBRARY
  if (library_suits(&product)) return library_product(product);
#endif
  K(built_in_product)(product);
}
