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
#include "Philox.h"
#pragma clang fp contract(off)

uint64_t ck_counters(ptrdiff_t n) {
  return n < 1 ? 0 : (uint64_t)ck_ceiling(n, ck_random_block) * ck_random_counters;
}

void ck_philox_block(uint64_t key, uint64_t low, uint64_t high, uint32_t words[4]) {
  ck_philox((uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32), key, words, words + 1,
    words + 2, words + 3);
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
