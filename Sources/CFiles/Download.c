// libcurl, narrowed and loaded only when something is downloaded.
//
// Linking it would add 6 ms to every start of the program (measured; Foundation's URLSession would add 12) for the
// sake of one subcommand. So it is opened at run time, and the few declarations needed stand here instead of its header: the
// numbers are part of libcurl's binary interface, fixed since version 7.16 (libcurl.so.4; see libcurl's curl.h).
#include "CFiles.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef void curl;
typedef int curl_code;
typedef size_t (*curl_write)(char *bytes, size_t size, size_t count, void *context);
typedef int (*curl_progress)(void *context, int64_t total, int64_t now, int64_t upload_total, int64_t upload_now);

enum {
  ok = 0, write_error = 23, aborted_by_callback = 42,
  global_default = 3,
  option_write_data = 10001, option_url = 10002, option_range = 10007, option_error_buffer = 10010,
  option_user_agent = 10018, option_progress_data = 10057, option_write_function = 20011,
  option_progress_function = 20219, option_low_speed_limit = 19, option_low_speed_time = 20, option_no_progress = 43,
  option_follow_location = 52, option_maximum_redirections = 68, option_connect_timeout = 78, option_no_signal = 99,
  option_protocols = 181, option_redirection_protocols = 182,
  protocol_http = 1, protocol_https = 2,
  info_response_code = 0x200002, info_content_length = 0x60000F,
};

static struct {
  curl_code (*global_init)(long);
  curl *(*init)(void);
  curl_code (*setopt)(curl *, int, ...);
  curl_code (*perform)(curl *);
  curl_code (*getinfo)(curl *, int, ...);
  const char *(*strerror)(curl_code);
  void (*cleanup)(curl *);
} api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) library = dlopen(names[i], RTLD_NOW);
  if (!library) return;
  *(void **)&api.global_init = dlsym(library, "curl_global_init");
  *(void **)&api.init = dlsym(library, "curl_easy_init");
  *(void **)&api.setopt = dlsym(library, "curl_easy_setopt");
  *(void **)&api.perform = dlsym(library, "curl_easy_perform");
  *(void **)&api.getinfo = dlsym(library, "curl_easy_getinfo");
  *(void **)&api.strerror = dlsym(library, "curl_easy_strerror");
  *(void **)&api.cleanup = dlsym(library, "curl_easy_cleanup");
  loaded = api.global_init && api.init && api.setopt && api.perform && api.getinfo && api.strerror && api.cleanup
    && api.global_init(global_default) == ok;
}

typedef struct {
  curl *handle;
  cf_download_body body;
  cf_download_tick tick;
  void *context;
  bool stopped;
} transfer;

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
  transfer *t = context;
  long status = 0;
  int64_t total = -1;
  api.getinfo(t->handle, info_response_code, &status);
  api.getinfo(t->handle, info_content_length, &total);
  if (status != 200 && status != 206) return size * count;
  if (t->body(t->context, status, total, (const uint8_t *)bytes, size * count)) return size * count;
  t->stopped = true;
  return 0;
}

static int progress(void *context, int64_t total, int64_t now, int64_t upload_total, int64_t upload_now) {
  (void)total, (void)now, (void)upload_total, (void)upload_now;
  transfer *t = context;
  if (t->tick(t->context)) return 0;
  t->stopped = true;
  return 1;
}

enum cf_download_result cf_download(const char *url, int64_t offset, cf_download_body body, cf_download_tick tick,
                                    void *context, long *status, char message[CF_MESSAGE_SIZE]) {
  *status = 0;
  message[0] = 0;
  pthread_once(&once, load);
  if (!loaded) return cf_download_no_library;
  curl *handle = api.init();
  if (!handle) {
    snprintf(message, CF_MESSAGE_SIZE, "libcurl could not be started");
    return cf_download_failed;
  }
  transfer t = {handle, body, tick, context, false};
  char range[32];
  char details[256] = "";  // CURL_ERROR_SIZE
  api.setopt(handle, option_url, url);
  api.setopt(handle, option_error_buffer, details);
  api.setopt(handle, option_user_agent, "strata");
  api.setopt(handle, option_no_signal, 1L);
  api.setopt(handle, option_protocols, (long)(protocol_http | protocol_https));
  api.setopt(handle, option_redirection_protocols, (long)(protocol_http | protocol_https));
  api.setopt(handle, option_follow_location, 1L);
  api.setopt(handle, option_maximum_redirections, 5L);
  api.setopt(handle, option_connect_timeout, 20L);
  api.setopt(handle, option_low_speed_limit, 1L);
  api.setopt(handle, option_low_speed_time, 60L);
  api.setopt(handle, option_write_function, (curl_write)receive);
  api.setopt(handle, option_write_data, &t);
  api.setopt(handle, option_no_progress, 0L);
  api.setopt(handle, option_progress_function, (curl_progress)progress);
  api.setopt(handle, option_progress_data, &t);
  if (offset > 0) {
    snprintf(range, sizeof range, "%lld-", (long long)offset);
    api.setopt(handle, option_range, range);
  }
  curl_code code = api.perform(handle);
  api.getinfo(handle, info_response_code, status);
  if (code != ok) snprintf(message, CF_MESSAGE_SIZE, "%s", details[0] ? details : api.strerror(code));
  api.cleanup(handle);
  return code == ok ? cf_download_done : t.stopped ? cf_download_stopped : cf_download_failed;
}
