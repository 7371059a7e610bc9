/* net.h - TCP connections that end at a time-out and when cancelled; not for other rooms. */
#ifndef DUALSERVER_HOST_NET_H
#define DUALSERVER_HOST_NET_H

#include "base/err.h"

struct net_wait {
    int cancel_fd; /* -1: none */
    unsigned timeout_ms;
};

/* A non-blocking, connected socket with TCP_NODELAY and keepalives, IPv6 or IPv4; -1 with err set. */
int net_connect(const char *address, int port, const struct net_wait *wait, struct err *err);

#endif
