// Threads and the matrix library.
//
// oneDNN is loaded when the first large product asks for it: a program that only draws or trains a tiny network never
// pays for it. Its threads are libgomp's, and the kernels here run on the same ones (through GOMP_parallel, the entry
// that a compiler emits for `#pragma omp parallel`), so that two pools never compete for the processors.
#define _GNU_SOURCE
#include "Internal.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int wanted_threads = 1;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

// Written once, inside pthread_once; read after it.
static ck_sgemm_function sgemm;
static void (*parallel_region)(void (*)(void *), void *, unsigned, unsigned);
static int (*thread_number)(void);
static int (*team_size)(void);
static int (*in_parallel)(void);
static void (*set_library_threads)(int);
static char library_name[48] = "built-in";

static void load(void) {
  // Workers spin this often for the next piece of work before they sleep; libgomp's own default burns a processor
  // for milliseconds after each product.
  setenv("GOMP_SPINCOUNT", "20000", 0);
  const char *choice = getenv("STRATA_MATRIX_LIBRARY");
  if (choice == NULL || strcmp(choice, "none") != 0) {
    static const char *const names[] = {"libdnnl.so.2", "libdnnl.so.3", "libdnnl.so"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++) library = dlopen(names[i], RTLD_NOW);
    if (library != NULL) {
      struct version { int major, minor, patch; };
      const struct version *(*version)(void) = (const struct version *(*)(void))dlsym(library, "dnnl_version");
      sgemm = (ck_sgemm_function)dlsym(library, "dnnl_sgemm");
      if (sgemm != NULL && version != NULL) {
        const struct version *v = version();
        snprintf(library_name, sizeof library_name, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
      } else {
        sgemm = NULL;
      }
    }
  }
  void *threads = dlopen("libgomp.so.1", RTLD_NOW);
  if (threads != NULL) {
    thread_number = (int (*)(void))dlsym(threads, "omp_get_thread_num");
    team_size = (int (*)(void))dlsym(threads, "omp_get_num_threads");
    in_parallel = (int (*)(void))dlsym(threads, "omp_in_parallel");
    set_library_threads = (void (*)(int))dlsym(threads, "omp_set_num_threads");
    parallel_region =
      (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(threads, "GOMP_parallel");
    if (thread_number == NULL || team_size == NULL || in_parallel == NULL) parallel_region = NULL;
  }
}

void ck_load_matrix_library(void) { pthread_once(&loaded, load); }

const char *ck_matrix_library(void) {
  ck_load_matrix_library();
  return library_name;
}

void ck_set_threads(int threads) { wanted_threads = threads < 1 ? 1 : threads > 64 ? 64 : threads; }
int ck_threads(void) { return wanted_threads; }

const char *ck_instruction_set(void) {
#if CK_HAS_CLONES
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return "avx512f";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "default";
}

ck_sgemm_function ck_library_sgemm(void) {
  ck_load_matrix_library();
  // libgomp keeps the thread count for each calling thread.
  static _Thread_local int told = 0;
  int threads = wanted_threads;
  if (set_library_threads != NULL && told != threads) {
    set_library_threads(threads);
    told = threads;
  }
  return sgemm;
}

struct region {
  ck_blocks_body body;
  const void *job;
  ptrdiff_t blocks;
};

static void run_share(void *data) {
  const struct region *region = data;
  ptrdiff_t size = team_size(), number = thread_number();
  ptrdiff_t first = region->blocks * number / size, last = region->blocks * (number + 1) / size;
  if (first < last) region->body(region->job, first, last);
}

void ck_for_blocks(ptrdiff_t blocks, bool spread, ck_blocks_body body, const void *job) {
  int threads = wanted_threads;
  if (blocks < 1) return;
  if (!spread || threads == 1 || blocks == 1) return body(job, 0, blocks);
  ck_load_matrix_library();
  if (parallel_region == NULL || in_parallel()) return body(job, 0, blocks);
  struct region region = {body, job, blocks};
  parallel_region(run_share, &region, (unsigned)(blocks < threads ? blocks : threads), 0);
}
