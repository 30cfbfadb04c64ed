// What the files of this target share.
#ifndef CREADLINE_INTERNAL_H
#define CREADLINE_INTERNAL_H
#include "CReadline.h"

// setup.c
/// Readline as an editor that never touches the terminal.
void creadline_use_in_screen(void);
/// Readline as it is meant to be used, on standard input and output.
void creadline_use_on_terminal(void);

// editor.c: bytes for readline to read instead of the terminal's.
int creadline_next_byte(void);
bool creadline_has_byte(void);

// completion.c
void creadline_set_completer(creadline_completer completer, void *context);
void creadline_forget_shown(void);

/// Takes a line (malloc'ed) as the text that is handed out.
void creadline_keep_text(char *line, size_t length);

// history.c
/// Gives readline the history as it is; for the beginning of a line.
void creadline_renew_history(void);

// interrupt.c: readable while the flag may be up; -1 without creadline_interrupts_begin.
int creadline_interrupt_file(void);

#endif
