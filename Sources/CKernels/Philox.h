// Random numbers in [0, 1) by the block, for the kernels that draw: Philox 4x32-10, laid out as Random.c tells, and the
// logarithm that drawing needs.
//
// No multiplication and addition may be contracted here: every machine gives the same bits.
#ifndef CKERNELS_PHILOX_H
#define CKERNELS_PHILOX_H
#include "Functions.h"
#pragma clang fp contract(off)

enum { ck_random_block = 256, ck_random_counters = 128, ck_random_lanes = 64 };

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

#endif
