// What was typed before, in memory and in a file that grows by a line at a time, so that a crash loses nothing.
#define _GNU_SOURCE
#include "internal.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>

static char *file;

/// Makes the folders that lead to a file.
static void make_folders(const char *path) {
  char *folder = strdup(path);
  if (!folder) return;
  for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    mkdir(folder, 0700);
    *slash = '/';
  }
  free(folder);
}

void creadline_history_open(const char *path, int limit) {
  using_history();
  clear_history();
  free(file);
  file = path ? strdup(path) : NULL;
  stifle_history(limit);
  if (!file) return;
  if (read_history(file) == 0) history_truncate_file(file, limit);
}

bool creadline_history_add(const char *line) {
  if (!*line) return true;
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
  if (last && strcmp(last->line, line) == 0) return true;
  add_history(line);
  if (!file) return true;
  int number = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (number < 0) {
    make_folders(file);
    number = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  if (number < 0) return false;
  close(number);
  return append_history(1, file) == 0;
}
