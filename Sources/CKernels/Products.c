// Matrix products: loops for tiny ones, oneDNN for large ones in float, blocked loops otherwise.
#include "Functions.h"
#define TEMPLATE "Products.template.h"
#include "Template.h"
