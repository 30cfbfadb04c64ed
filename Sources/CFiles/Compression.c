// zlib, narrowed: gzip files read as plain bytes, and single members of zip archives.
#include "CFiles.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

// gzFile is itself an opaque pointer; the cast keeps zlib's type out of the header.
cf_gzip *cf_gzip_open(int descriptor) {
  gzFile file = gzdopen(descriptor, "rb");
  if (!file) {
    close(descriptor);
    return NULL;
  }
  gzbuffer(file, 1 << 18);
  return (cf_gzip *)file;
}

ptrdiff_t cf_gzip_read(cf_gzip *file, void *bytes, size_t count, char message[CF_MESSAGE_SIZE]) {
  size_t done = 0;
  while (done < count) {
    size_t wanted = count - done < (1u << 30) ? count - done : (1u << 30);
    int got = gzread((gzFile)file, (char *)bytes + done, (unsigned)wanted);
    int code = Z_OK;
    const char *text = gzerror((gzFile)file, &code);
    // A cut file gives its last bytes together with Z_BUF_ERROR: that is damage too.
    if (got < 0 || code < 0) {
      // zlib puts the file's name, here a descriptor's number, in front.
      const char *colon = strstr(text, ">: ");
      if (colon) text = colon + 3;
      snprintf(message, CF_MESSAGE_SIZE, "%s", code == Z_BUF_ERROR ? "unexpected end of the compressed data" : text);
      return -1;
    }
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ptrdiff_t)done;
}

int64_t cf_gzip_position(cf_gzip *file) { return gzoffset((gzFile)file); }

void cf_gzip_close(cf_gzip *file) { gzclose_r((gzFile)file); }

bool cf_inflate(const uint8_t *bytes, size_t count, uint8_t *out, size_t size, char message[CF_MESSAGE_SIZE]) {
  z_stream stream = {0};
  // Negative window bits: raw deflate, as zip has it, without zlib's own header.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    snprintf(message, CF_MESSAGE_SIZE, "not enough memory to expand it");
    return false;
  }
  size_t read = 0, written = 0;
  int code = Z_OK;
  uint8_t spare;
  stream.next_in = (Bytef *)bytes;
  while (code == Z_OK) {
    if (stream.avail_in == 0) {
      size_t part = count - read < UINT_MAX / 2 ? count - read : UINT_MAX / 2;
      stream.avail_in = (uInt)part;
      read += part;
    }
    size_t room = size - written < UINT_MAX / 2 ? size - written : UINT_MAX / 2;
    // One byte of spare room beyond the promised size tells a stream that ends from one that goes on.
    stream.next_out = room > 0 ? out + written : &spare;
    stream.avail_out = room > 0 ? (uInt)room : 1;
    uInt before = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    uInt made = before - stream.avail_out;
    if (room == 0 && made > 0) {
      snprintf(message, CF_MESSAGE_SIZE, "it expands to more than the %zu bytes that its header says", size);
      inflateEnd(&stream);
      return false;
    }
    written += made;
    if (code == Z_BUF_ERROR && read < count) code = Z_OK;
  }
  if (code != Z_STREAM_END) {
    snprintf(message, CF_MESSAGE_SIZE, "%s",
             code == Z_BUF_ERROR ? "unexpected end of the compressed data" : stream.msg ? stream.msg : "damaged data");
  } else if (written != size) {
    snprintf(message, CF_MESSAGE_SIZE, "it expands to %zu bytes and its header says %zu", written, size);
  }
  inflateEnd(&stream);
  return code == Z_STREAM_END && written == size;
}

uint32_t cf_crc32(uint32_t crc, const uint8_t *bytes, size_t count) { return (uint32_t)crc32_z(crc, bytes, count); }
