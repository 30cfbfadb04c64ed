// The matrix library, oneDNN, and what the processor offers.
//
// It is loaded when the first large product asks for it: a program that only draws or trains a tiny network never pays
// for it. It runs on the threads of this package's pool, each part of a product a call of its own; its own threads
// (OpenMP's) are switched off, so that two pools never compete for the processors.
#include "Internal.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t loaded = PTHREAD_ONCE_INIT;

// Written once, inside pthread_once; read after it.
static ck_sgemm_function sgemm;
static void (*set_library_threads)(int);
static char library_name[48] = "built-in";

static void load(void) {
  const char *choice = getenv("STRATA_MATRIX_LIBRARY");
  if (choice != NULL && strcmp(choice, "none") == 0) return;
  static const char *const names[] = {"libdnnl.so.2", "libdnnl.so.3", "libdnnl.so"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++) library = dlopen(names[i], RTLD_NOW);
  if (library == NULL) return;
  // The beginning of dnnl_version_t.
  struct version { int major, minor, patch; };
  const struct version *(*version)(void) = (const struct version *(*)(void))dlsym(library, "dnnl_version");
  ck_sgemm_function function = (ck_sgemm_function)dlsym(library, "dnnl_sgemm");
  if (version == NULL || function == NULL) return;
  const struct version *v = version();
  snprintf(library_name, sizeof library_name, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
  // Found in the OpenMP library that oneDNN brings along, whichever that is.
  set_library_threads = (void (*)(int))dlsym(library, "omp_set_num_threads");
  sgemm = function;
}

void ck_load_matrix_library(void) { pthread_once(&loaded, load); }

const char *ck_matrix_library(void) {
  ck_load_matrix_library();
  return library_name;
}

ck_sgemm_function ck_library_sgemm(void) {
  ck_load_matrix_library();
  // OpenMP keeps the number of threads for each calling thread.
  static _Thread_local bool told = false;
  if (!told && set_library_threads != NULL) set_library_threads(1);
  told = true;
  return sgemm;
}

const char *ck_instruction_set(void) {
#if CK_HAS_CLONES
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return "avx512f";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "default";
}
