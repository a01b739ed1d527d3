/* Preloaded into a build tool: its clock stands still at SAMPLE_CLOCK, and every file written since
 * SAMPLE_START (both in seconds since 1970) looks as if written at that moment.
 *
 * Why not libfaketime: its 0.9.10 leaves the 64-bit stat calls of glibc 2.33 and later alone, so a
 * backend that asks a generated file for its mtime still gets the true time, and no pair that
 * depends on it could be built the same way twice.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

static time_t setting(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? 0 : (time_t)atoll(text);
}

static void stop(struct timespec *when) {
    if (when->tv_sec >= setting("SAMPLE_START")) {
        when->tv_sec = setting("SAMPLE_CLOCK");
        when->tv_nsec = 0;
    }
}

#define STAT(name, parameters, arguments)                           \
    int name parameters {                                                 \
        static int(*real) parameters;                                     \
        if (real == NULL) *(void **)(&real) = dlsym(RTLD_NEXT, #name);    \
        int result = real arguments;                                      \
        if (result == 0) {                                                \
            stop(&found->st_atim);                                        \
            stop(&found->st_mtim);                                        \
            stop(&found->st_ctim);                                        \
        }                                                                 \
        return result;                                                    \
    }

STAT(stat, (const char *restrict path, struct stat *restrict found), (path, found))
STAT(stat64, (const char *restrict path, struct stat64 *restrict found),
     (path, found))
STAT(lstat, (const char *restrict path, struct stat *restrict found), (path, found))
STAT(lstat64, (const char *restrict path, struct stat64 *restrict found),
     (path, found))
STAT(fstat, (int fd, struct stat *found), (fd, found))
STAT(fstat64, (int fd, struct stat64 *found), (fd, found))
STAT(fstatat,
     (int fd, const char *restrict path, struct stat *restrict found, int flags),
     (fd, path, found, flags))
STAT(fstatat64,
     (int fd, const char *restrict path, struct stat64 *restrict found, int flags),
     (fd, path, found, flags))

time_t time(time_t *now) {
    time_t clock = setting("SAMPLE_CLOCK");
    if (now != NULL) *now = clock;
    return clock;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    now->tv_sec = setting("SAMPLE_CLOCK");
    now->tv_usec = 0;
    return 0;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) *(void **)(&real) = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(which, now);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) stop(now);
    return result;
}
