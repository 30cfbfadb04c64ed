// What was typed before, in memory and in a file that grows by a line at a time, so that a crash loses nothing.
//
// The lines are kept here, and readline gets a new list of them for every line that it edits: what somebody changes in an
// old line while looking for another stays no longer than that, and readline 8.2 frees the undo lists of lines so changed
// twice when they outlive the edited line.
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
static char **lines;
static int line_count, line_limit;

static void append(const char *line) {
  if (line_limit <= 0) return;
  char *copy = strdup(line);
  if (!copy) return;
  if (line_count == line_limit) {
    free(lines[0]);
    memmove(lines, lines + 1, (size_t)(line_count - 1) * sizeof *lines);
    lines[line_count - 1] = copy;
    return;
  }
  if ((line_count & 63) == 0) {
    char **more = realloc(lines, (size_t)(line_count + 64) * sizeof *lines);
    if (!more) {
      free(copy);
      return;
    }
    lines = more;
  }
  lines[line_count++] = copy;
}

void creadline_renew_history(void) {
  clear_history();
  for (int i = 0; i < line_count; i++) add_history(lines[i]);
  using_history();
}

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
  for (int i = 0; i < line_count; i++) free(lines[i]);
  line_count = 0;
  line_limit = limit;
  free(file);
  file = path ? strdup(path) : NULL;
  if (!file) return;
  using_history();
  clear_history();
  if (read_history(file) != 0) return;
  history_truncate_file(file, limit);
  HIST_ENTRY **entries = history_list();
  for (int i = history_length > limit ? history_length - limit : 0; entries && i < history_length; i++)
    append(entries[i]->line);
}

bool creadline_history_add(const char *line) {
  if (!*line || (line_count > 0 && strcmp(lines[line_count - 1], line) == 0)) return true;
  append(line);
  if (!file) return true;
  int number = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (number < 0) {
    make_folders(file);
    number = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  if (number < 0) return false;
  // In one piece, so that two programs with the same file do not mix their lines.
  size_t length = strlen(line);
  char *with_end = malloc(length + 1);
  bool is_written = false;
  if (with_end) {
    memcpy(with_end, line, length);
    with_end[length] = '\n';
    is_written = write(number, with_end, length + 1) == (ssize_t)(length + 1);
    free(with_end);
  }
  close(number);
  return is_written;
}
