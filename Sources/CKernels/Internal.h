// What the kernel files share: run-time dispatch, the fixed partition of work, and the macros of the templates.
//
// A kernel is written once, in a `.template.h` file, for a scalar type S, and included twice: with float and with
// double. Its loops live in static functions marked CLONES, which the compiler builds for three instruction sets and
// the loader binds to the best one that the processor has.
//
// Work is cut into blocks whose size depends on the arguments only. Threads take whole blocks, so the vector loops
// begin and end at the same elements, and partial sums are combined in the same order, whatever the thread count.
#ifndef CKERNELS_INTERNAL_H
#define CKERNELS_INTERNAL_H
#include "CKernels.h"

// Resolvers of clones run before a thread sanitizer is ready, and only Linux loaders know them.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define CK_HAS_CLONES 1
#define CLONES __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default")))
#else
#define CK_HAS_CLONES 0
#define CLONES
#endif

#define INLINE static inline __attribute__((always_inline))

enum {
  /// Elements of a block: three float arrays of it fit into a first-level cache.
  ck_block = 4096,
  /// Elements from which a second thread pays where little is done with each, and where a function is computed.
  ck_worth_threads = 65536,
  ck_worth_threads_computing = 16384,
};

/// Works on blocks first..<last of a job.
typedef void (*ck_blocks_body)(const void *job, ptrdiff_t first, ptrdiff_t last);

/// Runs body over 0..<blocks: in one call, or where `spread` in several from several threads.
void ck_for_blocks(ptrdiff_t blocks, bool spread, ck_blocks_body body, const void *job);

/// oneDNN's product, for use on the calling thread alone; NULL when the library is absent.
typedef int (*ck_sgemm_function)(char, char, int64_t, int64_t, int64_t, float, const float *, int64_t, const float *,
  int64_t, float, float *, int64_t);
ck_sgemm_function ck_library_sgemm(void);

static inline ptrdiff_t ck_minimum(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static inline ptrdiff_t ck_ceiling(ptrdiff_t n, ptrdiff_t size) { return (n + size - 1) / size; }

#endif
