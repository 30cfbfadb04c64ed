// GNU readline, as much of it as Strata needs: a line editor inside the full screen that is fed with keys and never touches
// the terminal, a prompt on a plain terminal, and a history for both. The header mentions no readline type.
//
// Readline is one set of global variables: all of this belongs to one thread, and one line is edited at a time.
#ifndef CREADLINE_H
#define CREADLINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum creadline_result {
  creadline_editing,
  creadline_accepted,    // the line is in creadline_text
  creadline_ended,       // ctrl-D on an empty line, end of the input
  creadline_interrupted  // ctrl-C
};

// ---- Completion (completion.c) ----

/// Asked for what could stand at `start` of the line that ends at the cursor, `end` (byte offsets). Answers by
/// creadline_offer and creadline_offer_paths.
typedef void (*creadline_completer)(void *context, const char *line, int start, int end);
/// Offers one word; words that do not begin as the typed one does are ignored.
void creadline_offer(const char *word);
/// Offers the files and folders that there are.
void creadline_offer_paths(void);
/// What a completion offered, when there was a choice: for showing beside the edited line.
int creadline_shown_count(void);
const char *creadline_shown(int index);

// ---- Editing inside the full screen (editor.c) ----

void creadline_begin(const char *prompt, const char *text);
/// Feeds the bytes of keys, as an xterm would send them.
enum creadline_result creadline_feed(
  const uint8_t *bytes, int count, creadline_completer completer, void *context);
/// Gives up the line.
void creadline_cancel(void);
/// Puts text at the cursor, as it is.
void creadline_insert(const char *text);
/// Whether keys search the history just now (ctrl-R).
bool creadline_is_searching(void);
const char *creadline_prompt(void);
const char *creadline_text(void);
/// The cursor's place in the text, in bytes.
int creadline_cursor(void);

// ---- A prompt on a plain terminal (prompt.c) ----

/// Asks for one line, which is then in creadline_text and creadline_text_length. Where standard input or output is no
/// terminal it only reads. `is_whole` is false when the line was cut because it was longer than creadline_longest_line.
enum creadline_result creadline_ask(
  const char *prompt, creadline_completer completer, void *context, bool *is_whole);
enum { creadline_longest_line = 1 << 20 };
size_t creadline_text_length(void);

// ---- SIGINT as a flag (interrupt.c) ----

/// From now on SIGINT raises a flag instead of ending the program; pairs with creadline_interrupts_end, and nests.
void creadline_interrupts_begin(void);
void creadline_interrupts_end(void);
/// Whether SIGINT came since the last call. From any thread.
bool creadline_take_interrupt(void);
/// Raises the flag as SIGINT does.
void creadline_raise_interrupt(void);

// ---- History (history.c) ----

/// Forgets the history and reads this file's newest `limit` lines; NULL: a history that is not kept.
void creadline_history_open(const char *path, int limit);
/// Appends a line, also to the file; not an empty one and not the same again. False when the file could not be written.
bool creadline_history_add(const char *line);

#endif
