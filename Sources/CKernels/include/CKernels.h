// The arithmetic that Swift cannot vectorise well: matrix products, elementwise functions, reductions, random numbers
// and optimiser updates, for float and for double (the double twin exists for gradient checks).
//
// Every function works on plain row-major arrays, never allocates in the steady state, and gives the same bits for the
// same input on the same machine with the same matrix library, whatever the number of threads: work is cut by the
// arguments only. Non-finite numbers pass through (relu(nan) is nan, not 0), so that they are found where they arise.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define CK_OVERLOAD __attribute__((overloadable))

// ---- Threads and the matrix library ----

/// Compute threads for everything below, 1...64. The default is 1 until set. They only decide how fast an answer comes,
/// never which. Calls from several threads at once are safe: one of them gets the helpers, the others work alone.
void ck_set_threads(int threads);
int ck_threads(void);
/// Loads the matrix library (oneDNN) now instead of at the first large product. Cheap when loaded already. Thread-safe.
/// With the environment variable STRATA_MATRIX_LIBRARY=none it is never loaded, and the built-in kernels do all.
void ck_load_matrix_library(void);
/// "oneDNN 2.6.3" or "built-in", for `about` and for a session's fingerprint. Loads the library.
const char *ck_matrix_library(void);
/// "avx512f", "x86-64-v3" or "default": which clones of the kernels this processor runs.
const char *ck_instruction_set(void);

/// What an activation computes. `ck_threshold` is the step function: 1 where z >= 0, else 0.
enum ck_activation {
  ck_identity, ck_threshold, ck_sigmoid, ck_tanh, ck_relu, ck_leaky_relu, ck_elu, ck_gelu, ck_softplus
};

/// What an optimiser does with a gradient; see ck_update.
enum ck_optimizer { ck_sgd, ck_momentum, ck_nesterov, ck_adagrad, ck_rmsprop, ck_adam };

/// A convolution: pictures [batch, rows, columns, maps], kernels [kernel_rows, kernel_columns, maps, out_maps], output
/// [batch, out_rows, out_columns, out_maps]. Window (r, c) begins at row r * stride - padding of the picture, outside of
/// which everything is 0.
struct ck_convolution {
  ptrdiff_t batch, rows, columns, maps, kernel_rows, kernel_columns, stride, padding, out_rows, out_columns, out_maps;
};

/// What is made of a pooling window: its largest number, the root of the sum of its squares, its mean; the probability that
/// one of its units is on (which ck_pool_states makes, and only ck_pool_backward takes).
enum ck_pool_kind { ck_pool_maximum, ck_pool_root, ck_pool_average, ck_pool_probability };

/// A pooling of pictures [batch, rows, columns, maps] over windows that do not overlap, to
/// [batch, rows / window_rows, columns / window_columns, maps], rounded down.
struct ck_pooling {
  enum ck_pool_kind kind;
  ptrdiff_t batch, rows, columns, maps, window_rows, window_columns;
};

/// One step in time of `batch` sequences. An array [batch, time, width] is given by where that step's numbers begin in the
/// first sequence; those of the next sequence are time * width elements on.
struct ck_time_step { ptrdiff_t batch, time, units; };

// The functions that exist for both scalars.
#define CK_DECLARE(S) \
/* C = alpha * op(A) * op(B) + beta * C; op transposes where asked; C is [m, n], row-major, leading dimensions in elements. \
   Large float products with B as it stands are oneDNN's, all others the built-in kernels'. beta 0 never reads C. */ \
CK_OVERLOAD void ck_gemm(bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, S alpha, \
  const S *a, ptrdiff_t lda, const S *b, ptrdiff_t ldb, S beta, S *c, ptrdiff_t ldc); \
/* z[r, :] += bias (skipped where bias is NULL), then y = f(z), in one pass. y may be z. parameter: slope of leaky relu, alpha of elu. \
   gelu is the exact one, z * Phi(z) (erf), not the tanh approximation. */ \
CK_OVERLOAD void ck_bias_activation(enum ck_activation f, S parameter, ptrdiff_t rows, ptrdiff_t columns, \
  S *z, const S *bias, S *y); \
/* d = dy * f'(z), elementwise; y = f(z) is given because sigmoid, tanh need only it. d may be dy. threshold's derivative is 0. */ \
CK_OVERLOAD void ck_activation_backward(enum ck_activation f, S parameter, ptrdiff_t n, const S *z, const S *y, const S *dy, S *d); \
/* y[r, :] = softmax(z[r, :]), the row's maximum subtracted first. y may be z. */ \
CK_OVERLOAD void ck_softmax(ptrdiff_t rows, ptrdiff_t columns, const S *z, S *y); \
/* y[r, :] = log softmax(z[r, :]). */ \
CK_OVERLOAD void ck_log_softmax(ptrdiff_t rows, ptrdiff_t columns, const S *z, S *y); \
/* d[r, j] = y[r, j] * (dy[r, j] - sum_k dy[r, k] y[r, k]). d may be dy. */ \
CK_OVERLOAD void ck_softmax_backward(ptrdiff_t rows, ptrdiff_t columns, const S *y, const S *dy, S *d); \
/* z[s, r, c, n] = sum over i, j, m of x[s, r * stride - padding + i, c * stride - padding + j, m] w[i, j, m, n], plus \
   bias[n] (skipped where bias is NULL), then y = f(z). y may be z. Each thread keeps a buffer for windows. */ \
CK_OVERLOAD void ck_convolve(const struct ck_convolution *g, enum ck_activation f, S parameter, const S *x, const S *w, \
  const S *bias, S *z, S *y); \
/* From dz, the cost's derivative by z: its derivative by the kernels, and by the pictures. */ \
CK_OVERLOAD void ck_convolve_weight_gradient(const struct ck_convolution *g, const S *x, const S *dz, S *dw); \
CK_OVERLOAD void ck_convolve_input_gradient(const struct ck_convolution *g, const S *dz, const S *w, S *dx); \
/* y = the pooled pictures; for maxima also kept = which number of its window each is, row by row from 0, the first of \
   equals (else kept is NULL). */ \
CK_OVERLOAD void ck_pool(const struct ck_pooling *g, const S *x, S *y, S *kept); \
/* dx from dy; x and y are read for roots, kept for maxima. A root that is 0 passes nothing down. For probabilities x are \
   the units' own, p, and y the pooled ones. */ \
CK_OVERLOAD void ck_pool_backward(const struct ck_pooling *g, const S *x, const S *y, const S *kept, const S *dy, S *dx); \
/* One step of a recurrent layer: z += bias, h = f(z). One step back: dh = what arrives + dy, dz = dh * f'(z). Here and below: \
   `arrives` says whether dh holds already what comes back from the step after this one; dy (NULL for zeros) is the cost's \
   derivative by the layer's output at this step, dy_stride elements from sequence to sequence; `first` says that there is \
   no step before. */ \
CK_OVERLOAD void ck_rnn_step(const struct ck_time_step *s, enum ck_activation f, S parameter, const S *bias, S *z, S *h); \
CK_OVERLOAD void ck_rnn_step_backward(const struct ck_time_step *s, enum ck_activation f, S parameter, const S *z, \
  const S *h, const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dz); \
/* Long short-term memory. gates [.., 4 * units] as i, f, g, o, or without forget gate [.., 3 * units] as i, g, o; sums before, \
   i, f, o = sigmoid(sum + bias) and g = tanh(sum + bias) after. c = f * c before + i * g, h = o * tanh(c). Back: from dh, and from \
   dc and f of the step after this one where that arrives, dc and the derivatives by the gates' sums. */ \
CK_OVERLOAD void ck_lstm_step(const struct ck_time_step *s, bool forget, const S *bias, S *gates, bool first, S *c, S *h); \
CK_OVERLOAD void ck_lstm_step_backward(const struct ck_time_step *s, bool forget, const S *gates, const S *c, bool first, \
  const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dc, S *dgates); \
/* Gated recurrent unit. gates [.., 3 * units] as r, z, n; q is what the state before adds to n's sum before r gates it \
   (not read at the first step). q += recurrent_bias, n = tanh(sum + bias + r * q), h = (1 - z) * n + z * h before. Back: the \
   derivatives by the sums of r, z, n and by q. */ \
CK_OVERLOAD void ck_gru_step(const struct ck_time_step *s, const S *bias, const S *recurrent_bias, S *gates, bool first, \
  S *q, S *h); \
CK_OVERLOAD void ck_gru_step_backward(const struct ck_time_step *s, const S *gates, const S *q, const S *h, bool first, \
  const S *dy, ptrdiff_t dy_stride, bool arrives, S *dh, S *dgates, S *dq); \
/* Probabilistic max-pooling (Lee et al. 2009); the kind is not looked at. With z = x + above (one number a pooled unit, \
   skipped where NULL): p = e^z / (1 + sum of e^z over the window), pooled = the window's sum of p, state and pooled_state \
   drawn (at most one unit of a window is 1), mass = log(1 + sum of e^z). All but p may be NULL; pooled_state only with \
   state. Uses ck_counters(pooled units) counters where it draws. p may be x where windows leave nothing over; what they \
   leave over gets 0. */ \
CK_OVERLOAD void ck_pool_states(const struct ck_pooling *g, const S *x, const S *above, uint64_t key, uint64_t stream, \
  uint64_t counter, S *p, S *pooled, S *state, S *pooled_state, S *mass); \
/* sums[j] = scale * sum over rows of x[r, j]. */ \
CK_OVERLOAD void ck_column_sums(ptrdiff_t rows, ptrdiff_t columns, S scale, const S *x, S *sums); \
/* y += a * x */ \
CK_OVERLOAD void ck_axpy(ptrdiff_t n, S a, const S *x, S *y); \
/* x *= a */ \
CK_OVERLOAD void ck_scale(ptrdiff_t n, S a, S *x); \
/* y = a * b, elementwise. y may be a or b. */ \
CK_OVERLOAD void ck_multiply(ptrdiff_t n, const S *a, const S *b, S *y); \
/* y = a - b, elementwise. */ \
CK_OVERLOAD void ck_subtract(ptrdiff_t n, const S *a, const S *b, S *y); \
/* y = exp(x); y = log(1 + exp(x)) computed without overflow; y = sigmoid(x). */ \
CK_OVERLOAD void ck_exp(ptrdiff_t n, const S *x, S *y); \
CK_OVERLOAD void ck_softplus_of(ptrdiff_t n, const S *x, S *y); \
CK_OVERLOAD void ck_sigmoid_of(ptrdiff_t n, const S *x, S *y); \
/* Sums, accumulated in double in a fixed order. */ \
CK_OVERLOAD double ck_sum(ptrdiff_t n, const S *x); \
CK_OVERLOAD double ck_sum_absolute(ptrdiff_t n, const S *x); \
CK_OVERLOAD double ck_sum_squares(ptrdiff_t n, const S *x); \
CK_OVERLOAD double ck_dot(ptrdiff_t n, const S *x, const S *y); \
/* The index of the first element that is nan or infinite; -1 when there is none. As fast as reading. */ \
CK_OVERLOAD ptrdiff_t ck_first_nonfinite(ptrdiff_t n, const S *x); \
/* Smallest and largest finite element; returns how many are finite (0: *low, *high untouched). */ \
CK_OVERLOAD ptrdiff_t ck_range(ptrdiff_t n, const S *x, S *low, S *high); \
/* Adds to counts[bin] for finite x in [low, high], equal bins, high in the last; others are not counted. */ \
CK_OVERLOAD void ck_histogram(ptrdiff_t n, const S *x, S low, S high, ptrdiff_t bins, int64_t *counts); \
/* index[r] = position of the row's largest element, the first of equals; nan never wins over a number. */ \
CK_OVERLOAD void ck_argmax_rows(ptrdiff_t rows, ptrdiff_t columns, const S *x, int32_t *index); \
/* out[i] = scale * bytes[i] + offset */ \
CK_OVERLOAD void ck_bytes_to_scalars(ptrdiff_t n, const uint8_t *bytes, S scale, S offset, S *out); \
/* One optimiser update of n parameters w with gradient g (which is not changed). The effective gradient is \
   e = g + l2 * w + l1 * sign(w). `first` and `second` are the moments: NULL where the rule has none. Rules as PyTorch's: \
     sgd       w -= rate * e \
     momentum  first = momentum * first + e;                       w -= rate * first \
     nesterov  first = momentum * first + e;                       w -= rate * (e + momentum * first) \
     adagrad   second += e^2;                                      w -= rate * e / (sqrt(second) + epsilon) \
     rmsprop   second = beta2 * second + (1 - beta2) e^2;          w -= rate * e / (sqrt(second) + epsilon) \
     adam      first = beta1 * first + (1 - beta1) e; second as rmsprop; \
               w -= rate * (first / (1 - beta1^t)) / (sqrt(second / (1 - beta2^t)) + epsilon) */ \
CK_OVERLOAD void ck_update(enum ck_optimizer rule, ptrdiff_t n, S *w, const S *g, S *first, S *second, S rate, \
  S momentum, S beta1, S beta2, S epsilon, int64_t t, S l1, S l2); \
/* Random numbers: Philox 4x32-10 (Salmon et al. 2011). The stream is (key, stream); the counter's low 64 bits start at \
   `counter`. Each call uses ck_counters(n) counters, so that the caller advances by that. u in [0, 1): 24 bits (float), 53 (double, \
   from two words). The layout is fixed and written in Random.c: the same numbers on every machine, and a float is its \
   double cut off after 24 bits. */ \
CK_OVERLOAD void ck_uniform(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, S low, S high, S *x); \
/* Normal numbers by Box and Muller from the same words. */ \
CK_OVERLOAD void ck_normal(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, S mean, S deviation, S *x); \
/* s = 1 where u < p, else 0. s may be p. */ \
CK_OVERLOAD void ck_bernoulli(ptrdiff_t n, uint64_t key, uint64_t stream, uint64_t counter, const S *p, S *s); \
/* p = sigmoid(z + bias), s = [u < p] in one pass (Boltzmann machines). p may be z. bias may be NULL. */ \
CK_OVERLOAD void ck_sigmoid_sample(ptrdiff_t rows, ptrdiff_t columns, const S *z, const S *bias, uint64_t key, \
  uint64_t stream, uint64_t counter, S *p, S *s); \
/* Inverted dropout: mask = [u >= rate] / (1 - rate), all 0 for rate 1; y = x * mask. y may be x. */ \
CK_OVERLOAD void ck_dropout(ptrdiff_t n, S rate, uint64_t key, uint64_t stream, uint64_t counter, const S *x, S *mask, S *y);

CK_DECLARE(float)
CK_DECLARE(double)
#undef CK_DECLARE

/// Counters that a random call for n numbers uses, for float and double alike.
uint64_t ck_counters(ptrdiff_t n);
/// One Philox 4x32-10 block: words[4] from the counter (low, high) and the key. The reference for the bulk calls.
void ck_philox_block(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t words[4]);

#endif
