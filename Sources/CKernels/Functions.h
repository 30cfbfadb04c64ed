// The functions of one number that the kernels are made of, written so that loops over them become vector code.
//
// Float: polynomials without branches or tables, below 2e-7 relative error, right at 0, at infinity and for nan.
// Coefficients are minimax fits (Lawson's iteration) of the series named beside them. Double: the C library, because
// double only serves gradient checks, where exactness counts and speed does not.
#ifndef CKERNELS_FUNCTIONS_H
#define CKERNELS_FUNCTIONS_H
#include "Internal.h"
#include <math.h>
#include <string.h>

INLINE float ck_float_of_bits(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

INLINE int32_t ck_bits_of_float(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// Integers in the numbers' order (and back), because maxima of integers become vector code and those of numbers, for
/// fear of nan, do not. A positive nan is above infinity, a negative one below minus infinity.
INLINE int32_t ck_order_float(float x) {
  int32_t bits = ck_bits_of_float(x);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

INLINE float ck_from_order_float(int32_t order) { return ck_float_of_bits(order ^ ((order >> 31) & 0x7fffffff)); }

INLINE int64_t ck_order_double(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits ^ ((bits >> 63) & INT64_MAX);
}

INLINE double ck_from_order_double(int64_t order) {
  double x;
  order ^= (order >> 63) & INT64_MAX;
  memcpy(&x, &order, sizeof x);
  return x;
}

typedef int32_t ck_order_type_float;
typedef int64_t ck_order_type_double;

INLINE float ck_absolute_float(float x) { return ck_float_of_bits(ck_bits_of_float(x) & 0x7fffffff); }
INLINE double ck_absolute_double(double x) { return __builtin_fabs(x); }
INLINE float ck_root_float(float x) { return __builtin_elementwise_sqrt(x); }
INLINE double ck_root_double(double x) { return __builtin_elementwise_sqrt(x); }

/// x = n ln 2 + r with |r| <= ln 2 / 2. Returns e^r - 1, and n as a number and as the low bits of an integer.
INLINE float ck_reduced_expm1(float x, float *n, int32_t *n_bits) {
#pragma clang fp contract(fast)
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits; no conversion, so nan is harmless.
  const float magic = 12582912.0f;
  float shifted = x * 1.44269504088896341f + magic;
  *n_bits = (int32_t)((uint32_t)ck_bits_of_float(shifted) - 0x4b400000u);
  *n = shifted - magic;
  // ln 2 in two pieces, the first with enough zero bits that the product is exact.
  float r = (x - *n * 0.693359375f) + *n * 2.12194440e-4f;
  float q = 1.9857861e-4f;  // (e^r - 1 - r) / r^2
  q = q * r + 1.3933777e-3f;
  q = q * r + 8.3333608e-3f;
  q = q * r + 4.1666463e-2f;
  q = q * r + 1.6666667e-1f;
  q = q * r + 0.5f;
  return q * (r * r) + r;
}

/// 2^n for -126 <= n <= 127; anything for other n, which only come from nan.
INLINE float ck_power_of_two(int32_t n) { return ck_float_of_bits((int32_t)(((uint32_t)n + 127u) << 23)); }

INLINE float ck_exp_float(float x) {
#pragma clang fp contract(fast)
  float n;
  int32_t bits;
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  float e = ck_reduced_expm1(x, &n, &bits) + 1.0f;
  // 2^n in two factors, so that overflow gives infinity and underflow goes through the subnormal numbers.
  int32_t half = bits >> 1;
  return e * ck_power_of_two(half) * ck_power_of_two(bits - half);
}

/// e^x - 1 for x <= 0, accurate near 0.
INLINE float ck_expm1_negative_float(float x) {
#pragma clang fp contract(fast)
  float n;
  int32_t bits;
  x = x < -80.0f ? -80.0f : x;
  float e = ck_reduced_expm1(x, &n, &bits);
  float scale = ck_power_of_two(bits);
  return e * scale + (scale - 1.0f);
}

/// log(1 + e) for e in [0, 1]: 2 artanh(e / (2 + e)).
INLINE float ck_log1p_unit_float(float e) {
#pragma clang fp contract(fast)
  float s = e / (2.0f + e), t = s * s;
  float q = 1.1616779e-1f;  // (artanh(s) / s - 1) / s^2
  q = q * t + 1.0852267e-1f;
  q = q * t + 1.4296250e-1f;
  q = q * t + 1.9999851e-1f;
  q = q * t + 3.3333334e-1f;
  return 2.0f * s + 2.0f * s * (q * t);
}

INLINE float ck_sigmoid_float(float x) {
#pragma clang fp contract(fast)
  float e = ck_exp_float(-ck_absolute_float(x));
  return (x >= 0 ? 1.0f : e) / (1.0f + e);
}

INLINE float ck_tanh_float(float x) {
#pragma clang fp contract(fast)
  float magnitude = ck_absolute_float(x);
  float e = ck_expm1_negative_float(-2.0f * magnitude);
  float y = e / (e + 2.0f);  // -tanh(|x|), in [-1, 0]
  return ck_float_of_bits((ck_bits_of_float(y) & 0x7fffffff) | (ck_bits_of_float(x) & ~0x7fffffff));
}

INLINE float ck_softplus_float(float x) {
#pragma clang fp contract(fast)
  float tail = ck_log1p_unit_float(ck_exp_float(-ck_absolute_float(x)));
  return (x < 0 ? 0.0f : x) + tail;
}

/// The normal distribution's Phi(x), and e^(-x^2/2). With a = |x|, Phi(-a) = e^(-a^2/2) t P(t), t = 1 / (1 + a/4).
INLINE float ck_normal_cumulative_float(float x, float *bell) {
#pragma clang fp contract(fast)
  float a = ck_absolute_float(x);
  float t = 1.0f / (1.0f + 0.25f * a);
  float e = ck_exp_float(-0.5f * (a * a));
  float p = 2.5723565e-2f;
  p = p * t - 1.5280971e-1f;
  p = p * t + 2.9612267e-1f;
  p = p * t - 2.0578425e-1f;
  p = p * t + 2.0175909e-1f;
  p = p * t + 3.2927509e-2f;
  p = p * t + 1.0374680e-1f;
  p = p * t + 9.8516829e-2f;
  p = p * t + 9.9797480e-2f;
  float tail = e * (p * t);
  *bell = e;
  return x < 0 ? tail : 1.0f - tail;
}

INLINE double ck_exp_double(double x) { return exp(x); }
INLINE double ck_expm1_negative_double(double x) { return expm1(x); }
INLINE double ck_tanh_double(double x) { return tanh(x); }

INLINE double ck_sigmoid_double(double x) {
  double e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

INLINE double ck_softplus_double(double x) { return (x < 0 ? 0 : x) + log1p(exp(-fabs(x))); }

INLINE double ck_normal_cumulative_double(double x, double *bell) {
  *bell = exp(-0.5 * x * x);
  return 0.5 * erfc(x * -0.70710678118654752440);
}

#endif
