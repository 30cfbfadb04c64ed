// Optimiser updates: parameters, gradient and moments go through memory once.
#include "Functions.h"
#define TEMPLATE "Updates.template.h"
#include "Template.h"
