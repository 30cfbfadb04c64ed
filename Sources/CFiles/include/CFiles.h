// What the data module needs of C libraries, through headers that mention none of their types: zlib (gzip files and the
// members of zip archives), libpng (pictures), OpenSSL's libcrypto (checksums), libcurl (downloads),
// librsvg (drawings as pixels), and the digits that come with the program.
//
// Nothing here prints, exits or keeps a pointer that it was given. Messages are short English phrases without a full stop.
#ifndef CFILES_H
#define CFILES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The bytes that a message buffer must hold.
#define CF_MESSAGE_SIZE 256

// ---- Embedded data ----

/// 1797 records of 65 characters: 64 pixels 0...16 as 0-9a-g, row by row, then the digit 0-9. Ends with NUL.
const char *cf_digits(void);

// ---- Compressed files (Compression.c, zlib) ----

/// A file that may or may not be compressed with gzip: reading gives the plain bytes.
typedef struct cf_gzip cf_gzip;
/// Takes over the descriptor and reads from its position; NULL when memory is short (the descriptor is closed then).
cf_gzip *cf_gzip_open(int descriptor);
/// Reads up to `count` bytes. Returns how many there were: fewer only at the end; -1 on damage, with the message.
ptrdiff_t cf_gzip_read(cf_gzip *file, void *bytes, size_t count, char message[CF_MESSAGE_SIZE]);
/// Where in the compressed file the reading stands.
int64_t cf_gzip_position(cf_gzip *file);
void cf_gzip_close(cf_gzip *file);
/// Expands a raw deflate stream of a zip member into exactly `size` bytes. Returns false with the message when the stream is
/// damaged or holds fewer or more.
bool cf_inflate(const uint8_t *bytes, size_t count, uint8_t *out, size_t size, char message[CF_MESSAGE_SIZE]);
/// The checksum of gzip and zip, continued from `crc` (0 to begin).
uint32_t cf_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

// ---- Pictures (Picture.c, libpng) ----

/// What a PNG's header says. `channels` is 1 (grey) or 3 (colour); transparency is put on black when read.
typedef struct { uint32_t width, height, channels; } cf_picture;
bool cf_png_header(const uint8_t *bytes, size_t count, cf_picture *picture, char message[CF_MESSAGE_SIZE]);
/// Decodes into height * width * channels bytes (channels 1 or 3, converted where the file has the other).
bool cf_png_pixels(const uint8_t *bytes, size_t count, uint32_t channels, uint8_t *out, size_t size,
                   char message[CF_MESSAGE_SIZE]);

// ---- Drawings (Drawing.c, librsvg and cairo loaded when first needed) ----

enum cf_drawing_result { cf_drawing_done, cf_drawing_no_library, cf_drawing_no_fonts, cf_drawing_failed };
/// Receives the bytes of a file, piece by piece. Returning false stops the writing.
typedef bool (*cf_drawing_bytes)(void *context, const uint8_t *bytes, size_t count);
/// Draws an SVG of so many pixels at `scale` times its size and hands out the bytes of a PNG.
enum cf_drawing_result cf_svg_to_png(const char *svg, size_t count, double width, double height, double scale,
                                     cf_drawing_bytes bytes, void *context, char message[CF_MESSAGE_SIZE]);

// ---- Checksums (Digest.c, libcrypto) ----

enum cf_digest_kind { cf_md5, cf_sha256 };
typedef struct cf_digest cf_digest;
/// NULL where the library does not offer the kind.
cf_digest *cf_digest_new(enum cf_digest_kind kind);
void cf_digest_update(cf_digest *digest, const void *bytes, size_t count);
/// Writes 16 (MD5) or 32 (SHA-256) bytes, returns how many (0 on failure), and frees the digest.
size_t cf_digest_finish(cf_digest *digest, uint8_t out[32]);

// ---- Downloads (Download.c, libcurl loaded when first needed) ----

/// Receives the body. `status` is the HTTP status, `total` the bytes that are to come in this reply or -1 where unknown.
/// Returning false stops the download.
typedef bool (*cf_download_body)(void *context, long status, int64_t total, const uint8_t *bytes, size_t count);
/// Called several times a second, also while nothing arrives. Returning false stops the download.
typedef bool (*cf_download_tick)(void *context);

enum cf_download_result { cf_download_done, cf_download_stopped, cf_download_failed, cf_download_no_library };
/// Fetches an http or https URL, from byte `offset` on where that is above 0 (the reply's status tells whether the server
/// heeded it: 206, or 200 for everything from the start). Bodies of replies other than 200 and 206 are not passed on.
enum cf_download_result cf_download(const char *url, int64_t offset, cf_download_body body, cf_download_tick tick,
                                    void *context, long *status, char message[CF_MESSAGE_SIZE]);

#endif
