/* ring.h - 16 blocks of 256 KiB that go round between three: one fills, one looks, one empties.
 *
 * Three counters walk the same blocks: `filled` (read from the sender), `passed` (checked), `emptied` (written to the
 * receiver), each never ahead of the one before; nothing is copied on the way. Whoever fails calls ring_stop(): every wait
 * ends, and `wake` becomes readable, which is the cancel descriptor of both sessions.
 */
#ifndef DUALSERVER_SHIP_RING_H
#define DUALSERVER_SHIP_RING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

enum { RING_BLOCKS = 16, RING_BLOCK_SIZE = 256 * 1024 };

enum ring_party { RING_NOBODY, RING_SENDER, RING_INSPECTOR, RING_RECEIVER, RING_CALLER };

struct ring {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    unsigned char *bytes;
    size_t len[RING_BLOCKS];
    uint64_t filled, passed, emptied;
    bool complete; /* the sender ended well: no block after `filled` */
    bool accepted; /* the inspector ended well: everything filled is passed */
    bool emptied_all; /* the receiver took everything and ended well */
    enum ring_party stopped; /* who was first */
    int wake[2];   /* a pipe: [0] becomes readable with ring_stop() */
};

int ring_init(struct ring *ring, struct err *err);
void ring_free(struct ring *ring);

/* The next free block of RING_BLOCK_SIZE bytes; NULL when stopped. ring_fill() hands it on. */
unsigned char *ring_space(struct ring *ring);
void ring_fill(struct ring *ring, size_t len);
void ring_complete(struct ring *ring);

/* Waits up to `ms` for block `number` (0, 1, ...): its length, 0 when there is no such block and never will be, -1 when
 * stopped, -2 when the time is up. */
long ring_look(struct ring *ring, uint64_t number, const void **block, unsigned ms);
void ring_pass(struct ring *ring, uint64_t count);
void ring_accept(struct ring *ring);

/* The next passed block: its length, 0 when all is emptied, -1 when stopped. ring_empty() frees it. */
long ring_next(struct ring *ring, const void **block);
void ring_empty(struct ring *ring);
void ring_finish(struct ring *ring);

/* Waits up to `ms` for ring_finish(): 1 done, 0 not yet, -1 stopped. */
int ring_wait(struct ring *ring, unsigned ms);

void ring_stop(struct ring *ring, enum ring_party who);
bool ring_stopped(struct ring *ring);

#endif
