// libpng's simplified interface, narrowed: it does its own error recovery, so no longjmp crosses into Swift.
#include "CFiles.h"
#include <png.h>
#include <stdio.h>
#include <string.h>

static bool begin(png_image *image, const uint8_t *bytes, size_t count, char message[CF_MESSAGE_SIZE]) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(image, bytes, count)) return true;
  snprintf(message, CF_MESSAGE_SIZE, "%s", image->message);
  png_image_free(image);
  return false;
}

bool cf_png_header(const uint8_t *bytes, size_t count, cf_picture *picture, char message[CF_MESSAGE_SIZE]) {
  png_image image;
  if (!begin(&image, bytes, count, message)) return false;
  picture->width = image.width;
  picture->height = image.height;
  picture->channels = image.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1;
  png_image_free(&image);
  return true;
}

bool cf_png_pixels(const uint8_t *bytes, size_t count, uint32_t channels, uint8_t *out, size_t size,
                   char message[CF_MESSAGE_SIZE]) {
  png_image image;
  if (!begin(&image, bytes, count, message)) return false;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  if ((uint64_t)image.width * image.height * channels != size) {
    snprintf(message, CF_MESSAGE_SIZE, "the picture changed its size while it was read");
    png_image_free(&image);
    return false;
  }
  png_color black = {0, 0, 0};
  // A warning (1) is a picture that was read all the same; an error is 2 or 3.
  bool read = png_image_finish_read(&image, &black, out, 0, NULL) && image.warning_or_error < 2;
  if (!read) snprintf(message, CF_MESSAGE_SIZE, "%s", image.message);
  png_image_free(&image);
  return read;
}
