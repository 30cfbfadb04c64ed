// Compute threads: one small pool, in which a caller never waits for a helper that has not come.
//
// A call cuts its work into blocks, opens them, and begins at once; threads of the pool that are awake take the next
// blocks until none is left. Where a processor is busy with something else (drawing, another program) the caller simply
// does more of the blocks itself. A team whose members must all arrive, as OpenMP's, would stall for a scheduler's
// time slice there. After work a helper listens for a short time (the next product is usually near) and then sleeps.
//
// Which thread takes a block never shows in the result: blocks depend on the arguments only.
#include "Internal.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

enum {
  most_threads = 64,
  /// How long a helper listens before it sleeps. Serial stretches between two products of a training step are shorter.
  listening_nanoseconds = 100000,
};

static _Atomic int wanted_threads = 1;

static struct {
  /// Held by the caller whose work is open. Another caller meanwhile works alone.
  atomic_flag busy;
  int helpers;

  // The open work; written by the holder of `busy` before `epoch` moves.
  ck_blocks_body body;
  const void *job;
  ptrdiff_t blocks, share;
  int invited;

  _Atomic unsigned epoch;
  _Atomic bool open;
  /// Helpers that may be looking at the work.
  _Atomic int inside;
  _Atomic int asleep;
  pthread_mutex_t lock;
  pthread_cond_t bell;
  _Alignas(64) _Atomic ptrdiff_t next;
} pool = {.busy = ATOMIC_FLAG_INIT, .lock = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER};

void ck_set_threads(int threads) { wanted_threads = threads < 1 ? 1 : threads > most_threads ? most_threads : threads; }
int ck_threads(void) { return wanted_threads; }

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void take_blocks(void) {
  for (;;) {
    ptrdiff_t first = atomic_fetch_add(&pool.next, pool.share);
    if (first >= pool.blocks) return;
    pool.body(pool.job, first, ck_minimum(pool.blocks, first + pool.share));
  }
}

/// Waits until the epoch is no longer `seen`: awake for a while when `listen`, then asleep.
static unsigned wait_for_work(unsigned seen, bool listen) {
  if (listen) {
    int64_t end = nanoseconds() + listening_nanoseconds;
    do {
      for (int i = 0; i < 64; i++) {
        unsigned epoch = atomic_load_explicit(&pool.epoch, memory_order_acquire);
        if (epoch != seen) return epoch;
        relax();
      }
    } while (nanoseconds() < end);
  }
  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add(&pool.asleep, 1);
  while (atomic_load(&pool.epoch) == seen) pthread_cond_wait(&pool.bell, &pool.lock);
  atomic_fetch_sub(&pool.asleep, 1);
  pthread_mutex_unlock(&pool.lock);
  return atomic_load(&pool.epoch);
}

static void *help(void *argument) {
  int number = (int)(intptr_t)argument;
  unsigned seen = 0;
  bool listen = false;
  for (;;) {
    seen = wait_for_work(seen, listen);
    listen = false;
    // First be counted, then look: the caller closes the work, then waits until nobody is counted.
    atomic_fetch_add(&pool.inside, 1);
    if (atomic_load(&pool.open) && number < pool.invited) {
      take_blocks();
      listen = true;
    }
    atomic_fetch_sub(&pool.inside, 1);
  }
  return NULL;
}

/// Starts helpers until there are `count`, or as many as the system gives. Signals stay with the program's own threads.
static void start_helpers(int count) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return;
  for (; pool.helpers < count; pool.helpers++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)pool.helpers) != 0) break;
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void ck_for_blocks(ptrdiff_t blocks, bool spread, ck_blocks_body body, const void *job) {
  if (blocks < 1) return;
  int threads = wanted_threads;
  if (!spread || threads == 1 || blocks == 1 || atomic_flag_test_and_set(&pool.busy)) return body(job, 0, blocks);
  if (pool.helpers < threads - 1) start_helpers(threads - 1);
  pool.body = body;
  pool.job = job;
  pool.blocks = blocks;
  // Several shares a thread, so that one that comes late or is interrupted holds up little.
  pool.share = ck_ceiling(blocks, (ptrdiff_t)threads * 4);
  pool.invited = threads - 1;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.open, true);
  atomic_fetch_add(&pool.epoch, 1);
  if (atomic_load(&pool.asleep) > 0) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_broadcast(&pool.bell);
    pthread_mutex_unlock(&pool.lock);
  }
  take_blocks();
  atomic_store(&pool.open, false);
  for (int turns = 0; atomic_load(&pool.inside) > 0; turns++) {
    // A helper in the middle of its last block may be waiting for this very processor.
    if (turns < 4096) relax();
    else sched_yield();
  }
  atomic_flag_clear(&pool.busy);
}
