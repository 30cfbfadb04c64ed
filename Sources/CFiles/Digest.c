// Checksums from the system's cryptographic library: OpenSSL's libcrypto, or CommonCrypto on Apple's systems.
#include "CFiles.h"
#include <stdlib.h>

#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>

// MD5 is only ever compared with a published list of MD5 sums, never trusted against an attacker.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

struct cf_digest {
  enum cf_digest_kind kind;
  union { CC_MD5_CTX md5; CC_SHA256_CTX sha256; } state;
};

cf_digest *cf_digest_new(enum cf_digest_kind kind) {
  cf_digest *digest = calloc(1, sizeof *digest);
  if (!digest) return NULL;
  digest->kind = kind;
  if (kind == cf_md5) CC_MD5_Init(&digest->state.md5);
  else CC_SHA256_Init(&digest->state.sha256);
  return digest;
}

void cf_digest_update(cf_digest *digest, const void *bytes, size_t count) {
  if (digest->kind == cf_md5) CC_MD5_Update(&digest->state.md5, bytes, (CC_LONG)count);
  else CC_SHA256_Update(&digest->state.sha256, bytes, (CC_LONG)count);
}

size_t cf_digest_finish(cf_digest *digest, uint8_t out[32]) {
  size_t size = digest->kind == cf_md5 ? CC_MD5_DIGEST_LENGTH : CC_SHA256_DIGEST_LENGTH;
  if (digest->kind == cf_md5) CC_MD5_Final(out, &digest->state.md5);
  else CC_SHA256_Final(out, &digest->state.sha256);
  free(digest);
  return size;
}

#else
#include <openssl/evp.h>

// An EVP_MD_CTX under another name.
cf_digest *cf_digest_new(enum cf_digest_kind kind) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) return NULL;
  if (EVP_DigestInit_ex(context, kind == cf_md5 ? EVP_md5() : EVP_sha256(), NULL)) return (cf_digest *)context;
  EVP_MD_CTX_free(context);
  return NULL;
}

void cf_digest_update(cf_digest *digest, const void *bytes, size_t count) {
  EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, count);
}

size_t cf_digest_finish(cf_digest *digest, uint8_t out[32]) {
  unsigned size = 0;
  if (!EVP_DigestFinal_ex((EVP_MD_CTX *)digest, out, &size)) size = 0;
  EVP_MD_CTX_free((EVP_MD_CTX *)digest);
  return size;
}
#endif
