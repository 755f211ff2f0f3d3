/* A disk that can lose power, fill up and fail, below one directory of one process (LD_PRELOAD).
 *
 * Nothing written here is safe before a sync said so: each write, cut and change of a name goes into a journal, with
 * what was there before, and stays in it until its file (or the directory) is synced. After the process is killed,
 * `disk.rs` reads the journal and takes back whatever it likes of what was not synced. A sync that fails leaves what it
 * should have kept unsafe for good, also when a later one succeeds: as Linux does, which drops the pages.
 *
 * DISK_DIRECTORY  the directory watched, absolute, without links; not what lies in its subdirectories
 * DISK_JOURNAL    the journal; outside of that directory
 * DISK_ATTIC      where unlinked files wait for a power cut; on the same file system, outside of that directory
 * DISK_CONTROL    a file of `struct control`, shared with the test, which counts and says what fails
 *
 * The index of the WAL ("-shm") lies in shared memory and is never synced: it fails with the others, but is not journaled.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* A sync takes as long as on a good disk, so that there is time to die in. */
enum { FDS_MAX = 65536, FILES_MAX = 4096, SYNC_MICROSECONDS = 1000 };

/* What a record tells. disk.rs has the same numbers. */
enum kind { WRITE = 1, CUT = 2, SYNC = 3, SYNC_FAILED = 4, MADE = 5, UNLINKED = 6, LINKED = 7, DIRECTORY_SYNC = 8 };

/* What fails. disk.rs has the same numbers. */
enum fault { NONE = 0, WRITE_EIO = 1, FULL = 2, SYNC_EIO = 3, DIES = 4 };

struct control {
    int64_t fault;      /* one of enum fault */
    int64_t from;       /* the first call that fails, counted by `writes` or `syncs` */
    int64_t until;      /* the first one that does not fail any more */
    int64_t lies;       /* not 0: a sync says yes and keeps nothing */
    int64_t writes;     /* writes and cuts so far */
    int64_t syncs;      /* syncs of files so far */
    int64_t failed;     /* calls that were made to fail */
};

struct record {
    uint32_t kind;
    uint32_t name_bytes;    /* after the record: the name, the bytes before, the bytes after */
    uint64_t file;          /* its inode */
    int64_t offset;
    int64_t size_before;
    uint64_t before_bytes;
    uint64_t after_bytes;
};

struct file {
    uint64_t inode;
    int64_t unsafe;     /* records that the next sync makes safe */
    int64_t lost;       /* records that a failed sync left unsafe */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char directory[PATH_MAX];
static size_t directory_bytes;
static int journal = -1;
static struct control *control;
static struct file files[FILES_MAX];
static int file_count;
static int64_t names_unsafe;
/* Of each handle: 0 not ours, -1 the directory, -2 the WAL's index, else 1 + the place in `files`. */
static int handles[FDS_MAX];

static void broken(const char *what) {
    fprintf(stderr, "disk.c: %s: %s\n", what, strerror(errno));
    abort();
}

static const char *environment(const char *name) {
    const char *value = getenv(name);
    if (!value) {
        errno = EINVAL;
        broken(name);
    }
    return value;
}

__attribute__((constructor)) static void begin(void) {
    snprintf(directory, sizeof directory, "%s", environment("DISK_DIRECTORY"));
    directory_bytes = strlen(directory);
    journal = syscall(SYS_openat, AT_FDCWD, environment("DISK_JOURNAL"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int shared = syscall(SYS_openat, AT_FDCWD, environment("DISK_CONTROL"), O_RDWR | O_CLOEXEC);
    if (journal < 0 || shared < 0) broken("opening the journal or the control");
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    if (control == MAP_FAILED) broken("sharing the control");
    syscall(SYS_close, shared);
}

/* The name within the directory, or NULL. */
static const char *name_of(const char *path) {
    if (!directory_bytes || strncmp(path, directory, directory_bytes) || path[directory_bytes] != '/') return NULL;
    const char *name = path + directory_bytes + 1;
    return *name && !strchr(name, '/') ? name : NULL;
}

static int is_index(const char *name) {
    size_t bytes = strlen(name);
    return bytes > 4 && !strcmp(name + bytes - 4, "-shm");
}

static struct file *file_of(int fd) {
    return fd >= 0 && fd < FDS_MAX && handles[fd] > 0 ? &files[handles[fd] - 1] : NULL;
}

static int place_of(uint64_t inode) {
    for (int place = 0; place < file_count; place++)
        if (files[place].inode == inode) return place;
    if (file_count == FILES_MAX) broken("too many files");
    files[file_count].inode = inode;
    return file_count++;
}

static void tell(struct record record, const char *name, const void *before, const void *after) {
    record.name_bytes = name ? strlen(name) : 0;
    struct iovec parts[4] = {
        { &record, sizeof record },
        { (void *)name, record.name_bytes },
        { (void *)before, record.before_bytes },
        { (void *)after, record.after_bytes },
    };
    ssize_t all = sizeof record + record.name_bytes + record.before_bytes + record.after_bytes;
    if (syscall(SYS_writev, journal, parts, 4) != all) broken("writing the journal");
}

static void tell_name(enum kind kind, uint64_t inode, const char *name) {
    names_unsafe++;
    tell((struct record){ .kind = kind, .file = inode }, name, NULL, NULL);
}

/* Nothing is unsafe: the journal begins anew. */
static void settle(void) {
    int64_t unsafe = names_unsafe;
    for (int place = 0; place < file_count; place++) unsafe += files[place].unsafe + files[place].lost;
    if (!unsafe && syscall(SYS_ftruncate, journal, 0)) broken("emptying the journal");
}

static int64_t size_of(int fd) {
    struct stat stat;
    if (fstat(fd, &stat)) broken("reading a size");
    return stat.st_size;
}

/* Remembers what a change of `bytes` from `offset` on takes away. */
static void remember(enum kind kind, int fd, int64_t offset, const void *after, size_t bytes) {
    struct file *file = file_of(fd);
    if (!file) return;
    int64_t size = size_of(fd), end = kind == CUT ? size : offset + (int64_t)bytes;
    if (end > size) end = size;
    int64_t before_bytes = end > offset ? end - offset : 0;
    void *before = before_bytes ? malloc(before_bytes) : NULL;
    if (before_bytes) {
        /* The handle may not be readable. */
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int reading = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (reading < 0 || syscall(SYS_pread64, reading, before, before_bytes, offset) != before_bytes) broken("reading what was there");
        syscall(SYS_close, reading);
    }
    file->unsafe++;
    tell((struct record){ .kind = kind, .file = file->inode, .offset = offset, .size_before = size,
            .before_bytes = before_bytes, .after_bytes = bytes }, NULL, before, after);
    free(before);
}

static int ours(int fd) {
    return fd >= 0 && fd < FDS_MAX && handles[fd] && handles[fd] != -1;
}

static int within(int64_t count) {
    return count >= control->from && count < control->until;
}

/* How many of `bytes` may be written; -1 with errno: none. */
static int64_t allowed(int fd, int64_t offset, int64_t bytes) {
    int64_t count = control->writes++;
    if (control->fault == WRITE_EIO && within(count)) {
        control->failed++;
        errno = EIO;
        return -1;
    }
    if (control->fault == FULL && within(count) && offset + bytes > size_of(fd)) {
        control->failed++;
        /* What still fits of a large write is written, and the rest of it finds no room. */
        int64_t fits = bytes / 2 / 512 * 512;
        if (fits && count % 2) return fits;
        errno = ENOSPC;
        return -1;
    }
    return bytes;
}

static ssize_t write_at(int fd, const void *from, size_t bytes, int64_t offset, int moves) {
    pthread_mutex_lock(&lock);
    if (moves) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
    int64_t fits = allowed(fd, offset, bytes);
    ssize_t done = -1;
    if (fits >= 0) {
        remember(WRITE, fd, offset, from, fits);
        if (control->fault == DIES && within(control->writes - 1)) raise(SIGKILL);
        done = moves ? syscall(SYS_write, fd, from, fits) : syscall(SYS_pwrite64, fd, from, fits, offset);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *from, size_t bytes) {
    return ours(fd) ? write_at(fd, from, bytes, 0, 1) : syscall(SYS_write, fd, from, bytes);
}

ssize_t pwrite64(int fd, const void *from, size_t bytes, off64_t offset) {
    return ours(fd) ? write_at(fd, from, bytes, offset, 0) : syscall(SYS_pwrite64, fd, from, bytes, offset);
}

ssize_t pwrite(int fd, const void *from, size_t bytes, off_t offset) {
    return pwrite64(fd, from, bytes, offset);
}

int ftruncate64(int fd, off64_t size) {
    if (!ours(fd)) return syscall(SYS_ftruncate, fd, size);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (allowed(fd, size, 0) >= 0) {
        remember(CUT, fd, size, NULL, 0);
        done = syscall(SYS_ftruncate, fd, size);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t size) {
    return ftruncate64(fd, size);
}

static int sync_file(struct file *file) {
    int64_t count = control->syncs++;
    usleep(SYNC_MICROSECONDS);
    if (control->fault == SYNC_EIO && within(count)) {
        control->failed++;
        file->lost += file->unsafe;
        file->unsafe = 0;
        tell((struct record){ .kind = SYNC_FAILED, .file = file->inode }, NULL, NULL, NULL);
        errno = EIO;
        return -1;
    }
    if (!control->lies) {
        file->unsafe = 0;
        tell((struct record){ .kind = SYNC, .file = file->inode }, NULL, NULL, NULL);
        settle();
    }
    return 0;
}

/* The process is killed, not the machine: what the kernel was given is there, and nothing needs to reach a true disk. */
int fsync(int fd) {
    if (!ours(fd) && !(fd >= 0 && fd < FDS_MAX && handles[fd] == -1)) return syscall(SYS_fsync, fd);
    int done = 0;
    pthread_mutex_lock(&lock);
    if (handles[fd] > 0) {
        done = sync_file(file_of(fd));
    } else if (handles[fd] == -1 && !control->lies) {
        names_unsafe = 0;
        tell((struct record){ .kind = DIRECTORY_SYNC }, NULL, NULL, NULL);
        settle();
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int fdatasync(int fd) {
    return fsync(fd);
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
    const char *name = at == AT_FDCWD || *path == '/' ? name_of(path) : NULL;
    int is_directory = directory_bytes && !strcmp(path, directory);
    if (!name && !is_directory) return syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat stat;
    int is_new = name && (flags & O_CREAT) && fstatat(AT_FDCWD, path, &stat, 0);
    int fd = syscall(SYS_openat, at, path, flags & ~O_TRUNC, mode);
    if (fd >= FDS_MAX) broken("too many handles");
    if (fd >= 0) {
        if (fstat(fd, &stat)) broken("reading an inode");
        handles[fd] = is_directory ? -1 : is_index(name) ? -2 : 1 + place_of(stat.st_ino);
        if (is_new && handles[fd] > 0) tell_name(MADE, stat.st_ino, name);
        if (name && (flags & O_TRUNC) && stat.st_size) {
            remember(CUT, fd, 0, NULL, 0);
            if (syscall(SYS_ftruncate, fd, 0)) broken("cutting");
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(NAME) \
    int NAME(const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = mode_of(flags, rest); \
        va_end(rest); \
        return open_at(AT_FDCWD, path, flags, mode); \
    }
#define OPENAT(NAME) \
    int NAME(int at, const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = mode_of(flags, rest); \
        va_end(rest); \
        return open_at(at, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    if (fd >= 0 && fd < FDS_MAX) handles[fd] = 0;
    return syscall(SYS_close, fd);
}

static int unlink_named(const char *name, const char *path) {
    pthread_mutex_lock(&lock);
    struct stat stat;
    int done = fstatat(AT_FDCWD, path, &stat, AT_SYMLINK_NOFOLLOW);
    if (!done) {
        tell_name(UNLINKED, stat.st_ino, name);
        char attic[PATH_MAX];
        snprintf(attic, sizeof attic, "%s/%llu", environment("DISK_ATTIC"), (unsigned long long)stat.st_ino);
        /* Two names of one file: it is up there already, and renaming one name of a file onto another does nothing. */
        done = syscall(SYS_renameat, AT_FDCWD, path, AT_FDCWD, attic);
        if (!done && !access(path, F_OK)) done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    const char *name = name_of(path);
    return name && !is_index(name) ? unlink_named(name, path) : syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* Nothing here renames within the directory; who begins to must add it. */
int rename(const char *from, const char *to) {
    if (name_of(from) || name_of(to)) {
        errno = ENOSYS;
        broken("rename is not journaled");
    }
    return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    const char *name = name_of(to);
    if (!name) return syscall(SYS_linkat, from_at, from, to_at, to, flags);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_linkat, from_at, from, to_at, to, flags);
    struct stat stat;
    if (!done && !fstatat(AT_FDCWD, to, &stat, 0)) tell_name(LINKED, stat.st_ino, name);
    pthread_mutex_unlock(&lock);
    return done;
}
