// Elementwise kernels: activations and their derivatives, scaling, adding, multiplying.
#include "Functions.h"
#define TEMPLATE "Elementwise.template.h"
#include "Template.h"
