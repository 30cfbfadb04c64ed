// One loop a rule; the rules are written in CKernels.h. Sources: momentum Polyak 1964, Nesterov 1983 in the form of
// Sutskever et al. 2013, AdaGrad Duchi et al. 2011, RMSprop Tieleman and Hinton 2012, Adam Kingma and Ba 2015.

struct K(update) {
  ptrdiff_t n;
  enum ck_optimizer rule;
  S *w, *first, *second;
  const S *g;
  S rate, momentum, beta1, beta2, epsilon, l1, l2;
  /// Adam: the rate with the first moment's bias corrected, and what corrects the second moment's square root.
  S corrected_rate, root_correction;
};

/// The gradient with the weight penalties' derivatives. sign(0) is 0.
INLINE S K(effective)(S g, S w, S l1, S l2) {
#pragma clang fp contract(fast)
  S sign = (S)((w > 0) - (w < 0));
  return g + l2 * w + l1 * sign;
}

/// Defines a rule's loop over elements begin..<end; e is the effective gradient.
#define UPDATE_KERNEL(rule, ...) \
  CLONES static void K(rule##_update)(const struct K(update) *job, ptrdiff_t begin, ptrdiff_t end) { \
    S *w = job->w, *first = job->first, *second = job->second; \
    const S *g = job->g; \
    const S rate = job->rate, momentum = job->momentum, beta1 = job->beta1, beta2 = job->beta2, \
      epsilon = job->epsilon, l1 = job->l1, l2 = job->l2, corrected_rate = job->corrected_rate, \
      root_correction = job->root_correction; \
    (void)first, (void)second, (void)rate, (void)momentum, (void)beta1, (void)beta2, (void)epsilon; \
    (void)corrected_rate, (void)root_correction; \
    if (l1 == 0 && l2 == 0) { \
      FREE_LOOP for (ptrdiff_t i = begin; i < end; i++) { S e = g[i]; __VA_ARGS__ } \
    } else { \
      FREE_LOOP for (ptrdiff_t i = begin; i < end; i++) { S e = K(effective)(g[i], w[i], l1, l2); __VA_ARGS__ } \
    } \
  }

UPDATE_KERNEL(sgd, w[i] -= rate * e;)
UPDATE_KERNEL(momentum, S m = momentum * first[i] + e; first[i] = m; w[i] -= rate * m;)
UPDATE_KERNEL(nesterov, S m = momentum * first[i] + e; first[i] = m; w[i] -= rate * (e + momentum * m);)
UPDATE_KERNEL(adagrad, S v = second[i] + e * e; second[i] = v; w[i] -= rate * e / (K(root)(v) + epsilon);)
UPDATE_KERNEL(rmsprop, S v = beta2 * second[i] + (1 - beta2) * (e * e); second[i] = v;
  w[i] -= rate * e / (K(root)(v) + epsilon);)
UPDATE_KERNEL(adam, S m = beta1 * first[i] + (1 - beta1) * e; S v = beta2 * second[i] + (1 - beta2) * (e * e);
  first[i] = m; second[i] = v; w[i] -= corrected_rate * m / (K(root)(v) * root_correction + epsilon);)
#undef UPDATE_KERNEL

static void K(update_blocks)(const void *data, ptrdiff_t first, ptrdiff_t last) {
  const struct K(update) *job = data;
  for (ptrdiff_t block = first; block < last; block++) {
    ptrdiff_t begin = block * ck_block, end = ck_minimum(job->n, begin + ck_block);
    switch (job->rule) {
    case ck_sgd: K(sgd_update)(job, begin, end); break;
    case ck_momentum: K(momentum_update)(job, begin, end); break;
    case ck_nesterov: K(nesterov_update)(job, begin, end); break;
    case ck_adagrad: K(adagrad_update)(job, begin, end); break;
    case ck_rmsprop: K(rmsprop_update)(job, begin, end); break;
    case ck_adam: K(adam_update)(job, begin, end); break;
    }
  }
}

CK_OVERLOAD void ck_update(enum ck_optimizer rule, ptrdiff_t n, S *w, const S *g, S *first, S *second, S rate,
  S momentum, S beta1, S beta2, S epsilon, int64_t t, S l1, S l2) {
  struct K(update) job = {n, rule, w, first, second, g, rate, momentum, beta1, beta2, epsilon, l1, l2, 0, 0};
  if (rule == ck_adam) {
    job.corrected_rate = (S)((double)rate / (1 - pow((double)beta1, (double)t)));
    job.root_correction = (S)(1 / sqrt(1 - pow((double)beta2, (double)t)));
  }
  ck_for_blocks(ck_ceiling(n, ck_block), n >= ck_worth_threads, K(update_blocks), &job);
}
