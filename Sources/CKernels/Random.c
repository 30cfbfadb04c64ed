// Random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011), a
// function of a counter and a key, so that any element can be computed alone.
//
// Layout. A block is 256 elements. Block b uses the 128 counters from `counter` + 128 b: the first 64 make one word for
// each element, the other 64 a second word, which only double needs. Element 64 w + j of a block takes word w of
// counter j (and of counter 64 + j), so that neighbouring elements come from neighbouring counters and vectors need no
// shuffling. The counter is 128 bits: low half the counter, high half the stream.
//
// Numbers in [0, 1): the top 24 bits of the first word (float), or the top 53 bits of both words (double); a float is
// thus its double cut off after 24 bits, and the two twins of the engine draw the same samples.
// Normal numbers (Box and Muller 1958): elements i and 128 + i of a block share the radius from element i's words and
// the angle from element 128 + i's.
//
// No multiplication and addition may be contracted here: every machine gives the same bits.
#include "Functions.h"
#pragma clang fp contract(off)

enum { ck_random_block = 256, ck_random_counters = 128, ck_random_lanes = 64 };

uint64_t ck_counters(ptrdiff_t n) {
  return n < 1 ? 0 : (uint64_t)ck_ceiling(n, ck_random_block) * ck_random_counters;
}

INLINE void ck_philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key, uint32_t *w0, uint32_t *w1,
  uint32_t *w2, uint32_t *w3) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p = (uint64_t)c0 * 0xD2511F53u, q = (uint64_t)c2 * 0xCD9E8D57u;
    uint32_t n0 = (uint32_t)(q >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)q;
    c3 = (uint32_t)p;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  *w0 = c0, *w1 = c1, *w2 = c2, *w3 = c3;
}

void ck_philox_block(uint64_t key, uint64_t low, uint64_t high, uint32_t words[4]) {
  ck_philox((uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32), key, words, words + 1,
    words + 2, words + 3);
}

/// The 256 words of 64 counters, word w of counter j at 64 w + j.
INLINE void ck_random_words(uint64_t key, uint64_t stream, uint64_t counter, uint32_t *words) {
  for (int j = 0; j < ck_random_lanes; j++) {
    uint64_t c = counter + (uint64_t)j;
    ck_philox((uint32_t)c, (uint32_t)(c >> 32), (uint32_t)stream, (uint32_t)(stream >> 32), key, words + j,
      words + 64 + j, words + 128 + j, words + 192 + j);
  }
}

/// 256 numbers in [0, 1).
INLINE void ck_unit_block_float(uint64_t key, uint64_t stream, uint64_t counter, float *u) {
  uint32_t words[ck_random_block];
  ck_random_words(key, stream, counter, words);
  for (int i = 0; i < ck_random_block; i++) u[i] = (float)(int32_t)(words[i] >> 8) * 0x1p-24f;
}

INLINE void ck_unit_block_double(uint64_t key, uint64_t stream, uint64_t counter, double *u) {
  uint32_t high[ck_random_block], low[ck_random_block];
  ck_random_words(key, stream, counter, high);
  ck_random_words(key, stream, counter + ck_random_lanes, low);
  for (int i = 0; i < ck_random_block; i++)
    u[i] = (double)(int64_t)(((uint64_t)high[i] << 32 | low[i]) >> 11) * 0x1p-53;
}

/// log(x) for normal x in (0, 1]: x = 2^n m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh((m - 1) / (m + 1)).
INLINE float ck_log_unit_float(float x) {
  int32_t bits = ck_bits_of_float(x) - 0x3f3504f3;
  float n = (float)(bits >> 23);
  float m = ck_float_of_bits((bits & 0x007fffff) + 0x3f3504f3);
  float s = (m - 1.0f) / (m + 1.0f), t = s * s;
  float q = 1.1665746e-1f;
  q = q * t + 1.4275390e-1f;
  q = q * t + 2.0000061e-1f;
  q = q * t + 3.3333334e-1f;
  return n * 0.693147180559945f + (2.0f * s + 2.0f * s * (q * t));
}

/// log(x) for normal x in (0, 1], with the polynomial of fdlibm's e_log.c.
INLINE double ck_log_unit_double(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits -= 0x3fe6a09e667f3bcd;
  double n = (double)(bits >> 52), m;
  bits = (bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd;
  memcpy(&m, &bits, sizeof m);
  double s = (m - 1) / (m + 1), t = s * s;
  double q = 1.479819860511658591e-01;
  q = q * t + 1.531383769920937332e-01;
  q = q * t + 1.818357216161805012e-01;
  q = q * t + 2.222219843214978396e-01;
  q = q * t + 2.857142874366239149e-01;
  q = q * t + 3.999999999940941908e-01;
  q = q * t + 6.666666666666735130e-01;
  return n * 6.93147180559945286227e-01 + (2 * s + s * (q * t));
}

/// Cosine and sine of 2 pi u, u in [0, 1). u = k/4 + r with |r| <= 1/8.
INLINE void ck_turn_float(float u, float *cosine, float *sine) {
  int32_t k = (int32_t)(u * 4.0f + 0.5f);
  float a = (u - (float)k * 0.25f) * 6.28318530717958648f, t = a * a;
  float s = -1.9840083e-4f;
  s = s * t + 8.3333319e-3f;
  s = s * t - 1.6666667e-1f;
  s = a + a * (s * t);
  float c = 2.4800598e-5f;
  c = c * t - 1.3888889e-3f;
  c = c * t + 4.1666668e-2f;
  c = 1.0f - 0.5f * t + (t * t) * c;
  float first = k & 1 ? s : c, second = k & 1 ? c : s;
  *cosine = (k + 1) & 2 ? -first : first;
  *sine = k & 2 ? -second : second;
}

/// The same in double, with the polynomials of fdlibm's k_sin.c and k_cos.c.
INLINE void ck_turn_double(double u, double *cosine, double *sine) {
  int64_t k = (int64_t)(u * 4 + 0.5);
  double a = (u - (double)k * 0.25) * 6.28318530717958647693, t = a * a;
  double s = 1.58969099521155010221e-10;
  s = s * t - 2.50507602534068634195e-08;
  s = s * t + 2.75573137070700676789e-06;
  s = s * t - 1.98412698298579493134e-04;
  s = s * t + 8.33333333332248946124e-03;
  s = s * t - 1.66666666666666324348e-01;
  s = a + a * (s * t);
  double c = -1.13596475577881948265e-11;
  c = c * t + 2.08757232129817482790e-09;
  c = c * t - 2.75573143513906633035e-07;
  c = c * t + 2.48015872894767294178e-05;
  c = c * t - 1.38888888888741095749e-03;
  c = c * t + 4.16666666666666019037e-02;
  c = 1 - 0.5 * t + (t * t) * c;
  double first = k & 1 ? s : c, second = k & 1 ? c : s;
  *cosine = (k + 1) & 2 ? -first : first;
  *sine = k & 2 ? -second : second;
}

/// 256 numbers of the standard normal distribution.
INLINE void ck_normal_block_float(uint64_t key, uint64_t stream, uint64_t counter, float *z) {
  uint32_t words[ck_random_block];
  ck_random_words(key, stream, counter, words);
  for (int i = 0; i < ck_random_block / 2; i++) {
    // All 31 bits: radii reach 6.6 where 24 bits would end at 5.8. Never 0.
    float u = ((float)(int32_t)(words[i] >> 1) + 0.5f) * 0x1p-31f;
    float radius = __builtin_elementwise_sqrt(-2.0f * ck_log_unit_float(u)), cosine, sine;
    ck_turn_float((float)(int32_t)(words[i + 128] >> 8) * 0x1p-24f, &cosine, &sine);
    z[i] = radius * cosine;
    z[i + 128] = radius * sine;
  }
}

INLINE void ck_normal_block_double(uint64_t key, uint64_t stream, uint64_t counter, double *z) {
  double u[ck_random_block];
  ck_unit_block_double(key, stream, counter, u);
  for (int i = 0; i < ck_random_block / 2; i++) {
    double radius = __builtin_elementwise_sqrt(-2 * ck_log_unit_double(u[i] + 0x1p-54)), cosine, sine;
    ck_turn_double(u[i + 128], &cosine, &sine);
    z[i] = radius * cosine;
    z[i + 128] = radius * sine;
  }
}

#define TEMPLATE "Random.template.h"
#include "Template.h"
