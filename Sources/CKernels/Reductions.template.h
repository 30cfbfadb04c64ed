// An array is cut into at most 64 parts that depend on its length only. Each part's result goes to its own place, and
// the places are combined in their order.

enum { K(parts) = 64 };

struct K(reduction) {
  ptrdiff_t n, part;
  const S *x, *y;
  double sums[K(parts)];
  S low[K(parts)], high[K(parts)];
  ptrdiff_t counts[K(parts)];
};

static ptrdiff_t K(run_reduction)(struct K(reduction) *job, ptrdiff_t n, const S *x, const S *y, ck_blocks_body body) {
  if (n < 1) return 0;
  ptrdiff_t part = ck_ceiling(n, K(parts));
  part = ck_ceiling(part, 4096) * 4096;
  job->n = n;
  job->part = part;
  job->x = x;
  job->y = y;
  ptrdiff_t parts = ck_ceiling(n, part);
  ck_for_blocks(parts, n >= ck_worth_threads, body, job);
  return parts;
}

/// Defines a sum over `term` of a = x[i] (and b = y[i]), both double.
#define SUM_KERNEL(name, second, ...) \
  CLONES static void K(name##_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) { \
    struct K(reduction) *job = (struct K(reduction) *)data; \
    for (ptrdiff_t block = first; block < last; block++) { \
      ptrdiff_t begin = block * job->part, end = ck_minimum(job->n, begin + job->part); \
      ptrdiff_t whole = begin + (end - begin) / LANES * LANES; \
      const S *x = job->x, *y = second; \
      double sum[LANES] = {0}; \
      for (ptrdiff_t i = begin; i < whole; i += LANES) \
        for (int l = 0; l < LANES; l++) { double a = (double)x[i + l], b = (double)y[i + l]; sum[l] += __VA_ARGS__; } \
      for (ptrdiff_t i = whole; i < end; i++) { \
        double a = (double)x[i], b = (double)y[i]; sum[i - whole] += __VA_ARGS__; } \
      for (int width = LANES / 2; width > 0; width /= 2) \
        for (int l = 0; l < width; l++) sum[l] += sum[l + width]; \
      job->sums[block] = sum[0]; \
    } \
  } \
  static double K(name)(ptrdiff_t n, const S *x, const S *y) { \
    struct K(reduction) job; \
    ptrdiff_t parts = K(run_reduction)(&job, n, x, y, K(name##_blocks)); \
    double total = 0; \
    for (ptrdiff_t p = 0; p < parts; p++) total += job.sums[p]; \
    return total; \
  }

SUM_KERNEL(plain_sum, x, ((void)b, a))
SUM_KERNEL(absolute_sum, x, ((void)b, ck_absolute_double(a)))
SUM_KERNEL(product_sum, job->y, a * b)
#undef SUM_KERNEL

CK_OVERLOAD double ck_sum(ptrdiff_t n, const S *x) { return K(plain_sum)(n, x, x); }
CK_OVERLOAD double ck_sum_absolute(ptrdiff_t n, const S *x) { return K(absolute_sum)(n, x, x); }
CK_OVERLOAD double ck_sum_squares(ptrdiff_t n, const S *x) { return K(product_sum)(n, x, x); }
CK_OVERLOAD double ck_dot(ptrdiff_t n, const S *x, const S *y) { return K(product_sum)(n, x, y); }

/// Whether x is neither nan nor infinite.
INLINE bool K(finite)(S x) { return x - x == 0; }

/// How many of n numbers are not finite.
INLINE ptrdiff_t K(nonfinite_count)(ptrdiff_t n, const S *x) {
  int count = 0;
  for (ptrdiff_t i = 0; i < n; i++) count += !K(finite)(x[i]);
  return count;
}

CLONES static void K(nonfinite_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  struct K(reduction) *job = (struct K(reduction) *)data;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->part, end = ck_minimum(job->n, begin + job->part);
    job->counts[block] = -1;
    for (ptrdiff_t i = begin; i < end && job->counts[block] < 0; i += 4096) {
      ptrdiff_t stop = ck_minimum(end, i + 4096);
      if (K(nonfinite_count)(stop - i, job->x + i) == 0) continue;
      while (K(finite)(job->x[i])) i++;
      job->counts[block] = i;
    }
  }
}

CK_OVERLOAD ptrdiff_t ck_first_nonfinite(ptrdiff_t n, const S *x) {
  struct K(reduction) job;
  ptrdiff_t parts = K(run_reduction)(&job, n, x, NULL, K(nonfinite_blocks));
  for (ptrdiff_t p = 0; p < parts; p++)
    if (job.counts[p] >= 0) return job.counts[p];
  return -1;
}

CLONES static void K(range_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  struct K(reduction) *job = (struct K(reduction) *)data;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * job->part, end = ck_minimum(job->n, begin + job->part), count = 0;
    const K(order_type) top = K(order)((S)INFINITY), bottom = K(order)(-(S)INFINITY);
    K(order_type) low = top, high = bottom;
    for (ptrdiff_t piece = begin; piece < end; piece += 4096) {
      ptrdiff_t stop = ck_minimum(end, piece + 4096);
      int finite = 0;
      for (ptrdiff_t i = piece; i < stop; i++) {
        S v = job->x[i];
        bool good = K(finite)(v);
        K(order_type) order = K(order)(v);
        K(order_type) least = good ? order : top, most = good ? order : bottom;
        low = least < low ? least : low;
        high = most > high ? most : high;
        finite += good;
      }
      count += finite;
    }
    job->low[block] = K(from_order)(low);
    job->high[block] = K(from_order)(high);
    job->counts[block] = count;
  }
}

CK_OVERLOAD ptrdiff_t ck_range(ptrdiff_t n, const S *x, S *low, S *high) {
  struct K(reduction) job;
  ptrdiff_t parts = K(run_reduction)(&job, n, x, NULL, K(range_blocks)), count = 0;
  S smallest = (S)INFINITY, largest = -(S)INFINITY;
  for (ptrdiff_t p = 0; p < parts; p++) {
    count += job.counts[p];
    if (job.low[p] < smallest) smallest = job.low[p];
    if (job.high[p] > largest) largest = job.high[p];
  }
  if (count > 0) {
    *low = smallest;
    *high = largest;
  }
  return count;
}

CLONES static void K(bins_of)(ptrdiff_t n, const S *x, double low, double high, double factor, ptrdiff_t bins,
  int32_t *bin) {
  for (ptrdiff_t i = 0; i < n; i++) {
    // Halved, so that the width of the widest range is a number too.
    double v = (double)x[i] * 0.5;
    double place = (v - low) * factor;
    place = place < (double)(bins - 1) ? place : (double)(bins - 1);
    bin[i] = v >= low && v <= high ? (int32_t)(place > 0 ? place : 0) : -1;
  }
}

CK_OVERLOAD void ck_histogram(ptrdiff_t n, const S *x, S low, S high, ptrdiff_t bins, int64_t *counts) {
  if (bins < 1 || !(low <= high)) return;
  double half_low = (double)low * 0.5, half_high = (double)high * 0.5;
  double factor = high > low ? (double)bins / (half_high - half_low) : 0;
  // A range of one number has no width: that number is `high`, which belongs to the last bin.
  int32_t bin[512];
  for (ptrdiff_t i = 0; i < n; i += 512) {
    ptrdiff_t count = ck_minimum(512, n - i);
    K(bins_of)(count, x + i, half_low, half_high, factor, bins, bin);
    for (ptrdiff_t j = 0; j < count; j++)
      if (bin[j] >= 0) counts[factor == 0 ? bins - 1 : bin[j]]++;
  }
}

struct K(bytes_job) {
  ptrdiff_t n;
  const uint8_t *bytes;
  S scale, offset;
  S *out;
};

CLONES static void K(bytes_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(bytes_job) *job = data;
  const uint8_t *bytes = job->bytes;
  S *out = job->out, scale = job->scale, offset = job->offset;
  ptrdiff_t end = ck_minimum(job->n, last * ck_block);
  FREE_LOOP for (ptrdiff_t i = first * ck_block; i < end; i++) {
#pragma clang fp contract(off)
    out[i] = scale * (S)bytes[i] + offset;
  }
}

CK_OVERLOAD void ck_bytes_to_scalars(ptrdiff_t n, const uint8_t *bytes, S scale, S offset, S *out) {
  struct K(bytes_job) job = {n, bytes, scale, offset, out};
  ck_for_blocks(ck_ceiling(n, ck_block), n >= ck_worth_threads, K(bytes_blocks), &job);
}
