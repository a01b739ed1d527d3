/* Preloaded into a build tool: its clock stands still at SAMPLE_CLOCK, and every file written since
 * SAMPLE_START (both in seconds since 1970) looks as if written at that moment.  With
 * SAMPLE_REVERSED, directories list their entries in the opposite order, as another file system may.
 *
 * Why not libfaketime: its 0.9.10 leaves the 64-bit stat calls of glibc 2.33 and later alone, so a
 * backend that asks a generated file for its mtime still gets the true time, and no pair that
 * depends on it could be built the same way twice.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

/* What is left of the directories that are being read; a build tool reads few at a time. */
struct reading {
    DIR *directory;
    struct dirent64 **entries;
    size_t left;
    struct reading *next;
};

static __thread struct reading *readings;
static __thread struct dirent64 *given;

static struct reading *reading(DIR *directory) {
    struct reading *one = readings;
    while (one != NULL && one->directory != directory) one = one->next;
    return one;
}

static void forget(DIR *directory) {
    for (struct reading **link = &readings; *link != NULL; link = &(*link)->next) {
        struct reading *one = *link;
        if (one->directory != directory) continue;
        while (one->left > 0) free(one->entries[--one->left]);
        free(one->entries);
        *link = one->next;
        free(one);
        return;
    }
}

struct dirent64 *readdir64(DIR *directory) {
    static struct dirent64 *(*real)(DIR *);
    if (real == NULL) *(void **)(&real) = dlsym(RTLD_NEXT, "readdir64");
    if (getenv("SAMPLE_REVERSED") == NULL) return real(directory);
    struct reading *one = reading(directory);
    if (one == NULL) {
        one = calloc(1, sizeof *one);
        one->directory = directory;
        one->next = readings;
        readings = one;
        int before = errno;
        struct dirent64 *entry;
        while ((errno = 0, entry = real(directory)) != NULL) {
            one->entries = realloc(one->entries, (one->left + 1) * sizeof entry);
            one->entries[one->left] = malloc(sizeof *entry);
            memcpy(one->entries[one->left++], entry, entry->d_reclen);
        }
        if (errno != 0) return NULL;
        errno = before;
    }
    free(given);
    given = one->left > 0 ? one->entries[--one->left] : NULL;
    return given;
}

struct dirent *readdir(DIR *directory) {
    return (struct dirent *)readdir64(directory);
}

void rewinddir(DIR *directory) {
    static void (*real)(DIR *);
    if (real == NULL) *(void **)(&real) = dlsym(RTLD_NEXT, "rewinddir");
    forget(directory);
    real(directory);
}

int closedir(DIR *directory) {
    static int (*real)(DIR *);
    if (real == NULL) *(void **)(&real) = dlsym(RTLD_NEXT, "closedir");
    forget(directory);
    return real(directory);
}
