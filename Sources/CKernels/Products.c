// Matrix products. oneDNN makes the large ones in float; the kernels here make the others, those with B transposed
// (where they are faster than oneDNN 2.6), and all of them in double or where oneDNN is absent.
//
// Measured on a Zen 4 core (117 GFLOP/s at most), built-in against oneDNN, in GFLOP/s: 100x500x784 105 and 111,
// 100x2000x500 98 and 114, A'B 784x500x100 108 and 111, AB' 100x500x2000 102 and 82, 64x64x64 107 and 99, 16x16x16 89
// and 23. Tiny ones: 10x8x8 takes 40 ns here and 280 ns there.
#include "Functions.h"
#include <pthread.h>
#include <stdlib.h>

// Multiplications and additions are contracted where it says so, in the sums over k, and nowhere else.
#pragma clang fp contract(off)

#if defined(__x86_64__)
#define CK_X86 1
#else
#define CK_X86 0
#endif

enum {
  /// Steps of k in a block; k is cut into equal blocks of at most this.
  product_depth = 256,
  /// Elements of packed B on the stack, enough for a panel of the widest tile.
  product_small_panel = product_depth * 32,
  /// Bytes of packed B in a thread's own buffer: half of a second-level cache.
  product_buffer = 512 * 1024,
  /// Multiplications up to which a product is tiny: at m = 2 it has panels of no more than product_small_panel.
  product_tiny = 8192,
  /// Up to this k, C costs more than the product.
  product_shallow = 4,
  /// Multiplications from which a second thread pays, and from which oneDNN does.
  product_worth_threads = 200000,
  product_worth_library = 128 * 128 * 128,
  /// Columns or rows of C that one call of oneDNN makes, at least.
  product_library_part = 128,
};

enum instruction_set { set_plain, set_avx2, set_avx512 };

static int instruction_set(void) {
#if CK_X86
  if (__builtin_cpu_supports("avx512f")) return set_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return set_avx2;
#endif
  return set_plain;
}

static pthread_key_t buffer_key;
static pthread_once_t buffer_once = PTHREAD_ONCE_INIT;
static bool buffer_key_made;

static void make_buffer_key(void) { buffer_key_made = pthread_key_create(&buffer_key, free) == 0; }

/// The calling thread's buffer of product_buffer bytes, made at its first use; NULL when there is no memory.
static void *ck_product_buffer(void) {
  pthread_once(&buffer_once, make_buffer_key);
  if (!buffer_key_made) return NULL;
  void *buffer = pthread_getspecific(buffer_key);
  if (buffer == NULL) {
    buffer = aligned_alloc(64, product_buffer);
    if (buffer != NULL && pthread_setspecific(buffer_key, buffer) != 0) {
      free(buffer);
      buffer = NULL;
    }
  }
  return buffer;
}

#define CK_JOIN_(a, b) a##_##b
#define CK_JOIN(a, b) CK_JOIN_(a, b)
#define K(name) CK_JOIN(ck_##name, S)

#define S float
#define PRODUCT_LIBRARY
#include "Products.template.h"
#undef S
#undef PRODUCT_LIBRARY

#define S double
#include "Products.template.h"
#undef S
