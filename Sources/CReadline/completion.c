// Completion: readline asks, the caller's function offers words, and where there is a choice the list is kept for the
// screen to show.
#define _GNU_SOURCE
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>

static creadline_completer current_completer;
static void *current_context;

// Strings that grow as they come.
struct list { char **items; int count, capacity; };

static void append(struct list *list, const char *text) {
  if (list->count == list->capacity) {
    int capacity = list->capacity ? 2 * list->capacity : 32;
    char **items = realloc(list->items, (size_t)capacity * sizeof *items);
    if (!items) return;
    list->items = items;
    list->capacity = capacity;
  }
  char *copy = strdup(text);
  if (copy) list->items[list->count++] = copy;
}

static void clear(struct list *list) {
  for (int i = 0; i < list->count; i++) free(list->items[i]);
  list->count = 0;
}

static struct list offered, shown;
static bool paths_wanted;

void creadline_set_completer(creadline_completer completer, void *context) {
  current_completer = completer;
  current_context = context;
}

void creadline_offer(const char *word) { append(&offered, word); }
void creadline_offer_paths(void) { paths_wanted = true; }

/// Readline calls this until it gives NULL; each string becomes readline's.
static char *next_offered(const char *text, int state) {
  static int index;
  static size_t length;
  if (state == 0) {
    index = 0;
    length = strlen(text);
  }
  while (index < offered.count) {
    const char *word = offered.items[index++];
    if (strncmp(word, text, length) == 0) return strdup(word);
  }
  return NULL;
}

char **creadline_complete(const char *text, int start, int end) {
  // Nothing offered means nothing to complete, not file names.
  rl_attempted_completion_over = 1;
  if (!current_completer) return NULL;
  clear(&offered);
  paths_wanted = false;
  current_completer(current_context, rl_line_buffer, start, end);
  if (paths_wanted) {
    rl_filename_completion_desired = 1;
    return rl_completion_matches(text, rl_filename_completion_function);
  }
  return rl_completion_matches(text, next_offered);
}

void creadline_show_matches(char **matches, int count, int longest) {
  (void)longest;
  clear(&shown);
  // The first is what all have in common.
  for (int i = 1; i <= count; i++) {
    const char *name = matches[i];
    const char *slash = rl_filename_completion_desired ? strrchr(name, '/') : NULL;
    append(&shown, slash && slash[1] ? slash + 1 : name);
  }
}

void creadline_forget_shown(void) { clear(&shown); }
int creadline_shown_count(void) { return shown.count; }
const char *creadline_shown(int index) { return index >= 0 && index < shown.count ? shown.items[index] : ""; }
