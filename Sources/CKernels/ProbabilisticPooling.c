// Probabilistic max-pooling: of every window of a map at most one unit is on, as if a die were thrown with a side for each
// unit of the window and one for "none".
//
//   p[i] = e^z[i] / (1 + sum over the window of e^z)      P(none) = 1 / (1 + sum)      pooled = 1 - P(none)
//
// Source: Lee, Grosse, Ranganath, Ng 2009, section 3.4.
//
// Pooled units are worked on in the blocks of 256 in which random numbers are made: every pooled unit has one number, so
// what is drawn depends on the stream alone. Within a block the maps of one place lie side by side, so each of a window's
// units is copied out as a few pieces, and the arithmetic runs over 256 neighbours at a time.
#include "Philox.h"

#define TEMPLATE "ProbabilisticPooling.template.h"
#include "Template.h"
