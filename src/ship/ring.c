#include "config.h"

#include "ship/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"

int ring_init(struct ring *ring, struct err *err)
{
    *ring = (struct ring){ .stopped = RING_NOBODY };
    if (pipe2(ring->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot make a pipe: %s", strerror(errno));
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->moved, &attr);
    pthread_condattr_destroy(&attr);
    ring->bytes = mem_alloc((size_t)RING_BLOCKS * RING_BLOCK_SIZE);
    return 0;
}

void ring_free(struct ring *ring)
{
    if (ring == NULL || ring->bytes == NULL)
        return;
    free(ring->bytes);
    close(ring->wake[0]);
    close(ring->wake[1]);
    pthread_cond_destroy(&ring->moved);
    pthread_mutex_destroy(&ring->lock);
    ring->bytes = NULL;
}

static unsigned char *block_at(struct ring *ring, uint64_t number)
{
    return ring->bytes + (number % RING_BLOCKS) * RING_BLOCK_SIZE;
}

/* All changes are announced to all: there are three parties, and a block is 256 KiB. */
static void changed(struct ring *ring)
{
    pthread_cond_broadcast(&ring->moved);
    pthread_mutex_unlock(&ring->lock);
}

static struct timespec deadline_in(unsigned ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

unsigned char *ring_space(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    while (!ring->stopped && ring->filled - ring->emptied == RING_BLOCKS)
        pthread_cond_wait(&ring->moved, &ring->lock);
    unsigned char *block = ring->stopped ? NULL : block_at(ring, ring->filled);
    pthread_mutex_unlock(&ring->lock);
    return block;
}

void ring_fill(struct ring *ring, size_t len)
{
    pthread_mutex_lock(&ring->lock);
    ring->len[ring->filled % RING_BLOCKS] = len;
    ring->filled++;
    changed(ring);
}

void ring_complete(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->complete = true;
    changed(ring);
}

long ring_look(struct ring *ring, uint64_t number, const void **block, unsigned ms)
{
    struct timespec at = deadline_in(ms);
    long len = -2;
    pthread_mutex_lock(&ring->lock);
    while (!ring->stopped && !ring->complete && number >= ring->filled)
        if (pthread_cond_timedwait(&ring->moved, &ring->lock, &at) == ETIMEDOUT)
            break;
    if (ring->stopped)
        len = -1;
    else if (number < ring->filled)
        len = (long)ring->len[number % RING_BLOCKS];
    else if (ring->complete)
        len = 0;
    pthread_mutex_unlock(&ring->lock);
    if (len > 0)
        *block = block_at(ring, number);
    return len;
}

void ring_pass(struct ring *ring, uint64_t count)
{
    pthread_mutex_lock(&ring->lock);
    if (count > ring->passed && count <= ring->filled) {
        ring->passed = count;
        changed(ring);
    } else {
        pthread_mutex_unlock(&ring->lock);
    }
}

void ring_accept(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->accepted = true;
    changed(ring);
}

long ring_next(struct ring *ring, const void **block)
{
    long len = 0;
    pthread_mutex_lock(&ring->lock);
    while (!ring->stopped && !ring->accepted && ring->emptied == ring->passed)
        pthread_cond_wait(&ring->moved, &ring->lock);
    if (ring->stopped)
        len = -1;
    else if (ring->emptied < ring->passed)
        len = (long)ring->len[ring->emptied % RING_BLOCKS];
    *block = block_at(ring, ring->emptied);
    pthread_mutex_unlock(&ring->lock);
    return len;
}

void ring_empty(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->emptied++;
    changed(ring);
}

void ring_finish(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->emptied_all = true;
    changed(ring);
}

int ring_wait(struct ring *ring, unsigned ms)
{
    struct timespec at = deadline_in(ms);
    pthread_mutex_lock(&ring->lock);
    while (!ring->stopped && !ring->emptied_all)
        if (pthread_cond_timedwait(&ring->moved, &ring->lock, &at) == ETIMEDOUT)
            break;
    int state = ring->stopped ? -1 : ring->emptied_all ? 1 : 0;
    pthread_mutex_unlock(&ring->lock);
    return state;
}

void ring_stop(struct ring *ring, enum ring_party who)
{
    pthread_mutex_lock(&ring->lock);
    if (ring->stopped == RING_NOBODY) {
        ring->stopped = who;
        /* the pipe is empty and one byte always fits; a failure would only make a wait longer */
        ssize_t written = write(ring->wake[1], "x", 1);
        (void)written;
    }
    changed(ring);
}

bool ring_stopped(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    bool stopped = ring->stopped != RING_NOBODY;
    pthread_mutex_unlock(&ring->lock);
    return stopped;
}
