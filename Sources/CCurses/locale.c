// The character encoding: what the environment says, with a way out where its locale is not installed.
//
// Minimal systems export LANG=de_DE.UTF-8 and have only C, C.UTF-8 and POSIX. setlocale then fails, the encoding is
// ASCII, and curses would print blanks for every glyph, although the terminal is a UTF-8 one.
#define _GNU_SOURCE
#include "internal.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

static bool names_utf8(const char *text) {
  for (; *text; text++)
    if (strncasecmp(text, "utf-8", 5) == 0 || strncasecmp(text, "utf8", 4) == 0) return true;
  return false;
}

/// The variable that decides the encoding: the first of these that is set and not empty.
static bool environment_asks_for_utf8(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value && *value) return names_utf8(value);
  }
  return false;
}

bool ccurses_use_locale(void) {
  setlocale(LC_ALL, "");
  setlocale(LC_NUMERIC, "C");
  if (names_utf8(nl_langinfo(CODESET))) return true;
  if (!environment_asks_for_utf8()) return false;
  static const char *const fallbacks[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"};
  for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
    if (setlocale(LC_CTYPE, fallbacks[i])) return names_utf8(nl_langinfo(CODESET));
  return false;
}

int ccurses_width(uint32_t character) {
  if (character >= 0x20 && character < 0x7f) return 1;
  return wcwidth((wchar_t)character);
}
