// librsvg and cairo, narrowed and loaded only when a drawing is wanted as pixels.
//
// Linking them would add two dozen libraries to every start of the program, for the sake of one ending of a file's name. So
// they are opened at run time, and the few declarations needed stand here instead of their headers: the numbers and the
// two structs are part of their binary interfaces (librsvg-2.so.2 since 2.46, libcairo.so.2, libfontconfig.so.1).
#include "CFiles.h"
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef void handle;
typedef void cairo;
typedef void surface;
typedef struct { uint32_t domain; int code; char *message; } g_error;
typedef struct { double x, y, width, height; } rectangle;
// The beginning of FcFontSet.
typedef struct { int count; } font_set;
typedef int (*write_function)(void *context, const unsigned char *bytes, unsigned int count);

enum { status_success = 0, status_write_error = 11, format_rgb24 = 1, system_fonts = 0 };

static struct {
  handle *(*new_from_data)(const uint8_t *, size_t, g_error **);
  int (*render_document)(handle *, cairo *, const rectangle *, g_error **);
  void (*error_free)(g_error *);
  void (*object_unref)(void *);
  surface *(*surface_create)(int, int, int);
  int (*surface_status)(surface *);
  void (*surface_destroy)(surface *);
  int (*surface_write)(surface *, write_function, void *);
  cairo *(*create)(surface *);
  void (*destroy)(cairo *);
  const char *(*status_text)(int);
  font_set *(*fonts)(void *, int);
} api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_first(const char *const names[], size_t count) {
  void *library = NULL;
  for (size_t i = 0; !library && i < count; i++) library = dlopen(names[i], RTLD_NOW);
  return library;
}

static void load(void) {
  static const char *const drawing[] = {"librsvg-2.so.2", "librsvg-2.2.dylib"};
  static const char *const fonts[] = {"libfontconfig.so.1", "libfontconfig.1.dylib"};
  void *library = open_first(drawing, 2);
  if (!library) return;
  // dlsym also looks into the libraries that librsvg brings along: cairo, GLib, GObject.
  *(void **)&api.new_from_data = dlsym(library, "rsvg_handle_new_from_data");
  *(void **)&api.render_document = dlsym(library, "rsvg_handle_render_document");
  *(void **)&api.error_free = dlsym(library, "g_error_free");
  *(void **)&api.object_unref = dlsym(library, "g_object_unref");
  *(void **)&api.surface_create = dlsym(library, "cairo_image_surface_create");
  *(void **)&api.surface_status = dlsym(library, "cairo_surface_status");
  *(void **)&api.surface_destroy = dlsym(library, "cairo_surface_destroy");
  *(void **)&api.surface_write = dlsym(library, "cairo_surface_write_to_png_stream");
  *(void **)&api.create = dlsym(library, "cairo_create");
  *(void **)&api.destroy = dlsym(library, "cairo_destroy");
  *(void **)&api.status_text = dlsym(library, "cairo_status_to_string");
  void *font_library = open_first(fonts, 2);
  if (font_library) *(void **)&api.fonts = dlsym(font_library, "FcConfigGetFonts");
  loaded = api.new_from_data && api.render_document && api.error_free && api.object_unref && api.surface_create
    && api.surface_status && api.surface_destroy && api.surface_write && api.create && api.destroy && api.status_text;
}

typedef struct { cf_drawing_bytes bytes; void *context; } receiver;

static int receive(void *context, const unsigned char *bytes, unsigned int count) {
  receiver *r = context;
  return r->bytes(r->context, bytes, count) ? status_success : status_write_error;
}

static void tell(g_error *error, char message[CF_MESSAGE_SIZE]) {
  snprintf(message, CF_MESSAGE_SIZE, "%s", error ? error->message : "no reason was given");
  if (error) api.error_free(error);
}

enum cf_drawing_result cf_svg_to_png(const char *svg, size_t count, double width, double height, double scale,
                                     cf_drawing_bytes bytes, void *context, char message[CF_MESSAGE_SIZE]) {
  message[0] = 0;
  pthread_once(&once, load);
  if (!loaded) return cf_drawing_no_library;
  // Without any font every text would silently be missing.
  if (api.fonts) {
    font_set *set = api.fonts(NULL, system_fonts);
    if (!set || set->count == 0) return cf_drawing_no_fonts;
  }
  g_error *error = NULL;
  handle *document = api.new_from_data((const uint8_t *)svg, count, &error);
  if (!document) {
    tell(error, message);
    return cf_drawing_failed;
  }
  enum cf_drawing_result result = cf_drawing_failed;
  surface *target = api.surface_create(format_rgb24, (int)ceil(width * scale), (int)ceil(height * scale));
  int status = api.surface_status(target);
  cairo *context_of_cairo = api.create(target);
  rectangle viewport = {0, 0, width * scale, height * scale};
  if (status != status_success) {
    snprintf(message, CF_MESSAGE_SIZE, "%s", api.status_text(status));
  } else if (!api.render_document(document, context_of_cairo, &viewport, &error)) {
    tell(error, message);
  } else {
    receiver r = {bytes, context};
    status = api.surface_write(target, receive, &r);
    if (status == status_success) result = cf_drawing_done;
    else snprintf(message, CF_MESSAGE_SIZE, "%s", api.status_text(status));
  }
  api.destroy(context_of_cairo);
  api.surface_destroy(target);
  api.object_unref(document);
  return result;
}
