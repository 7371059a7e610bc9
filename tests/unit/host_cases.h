/* host_cases.h - what every driver must do, told once; test_local and test_ssh run it on their own host. */
#ifndef DUALSERVER_TESTS_HOST_CASES_H
#define DUALSERVER_TESTS_HOST_CASES_H

#include "host/host.h"

/* The host under test; its cancel descriptor is cancel_pipe[0]. Set by the program's group set-up. */
extern struct host *subject;
extern int cancel_pipe[2];

void case_status_and_signal(void **state);
void case_large_three_ways(void **state);
void case_nasty_arguments(void **state);
void case_out_limit(void **state);
void case_silence(void **state);
void case_slow_but_alive(void **state);
void case_output_closed_early(void **state);
void case_input_not_wanted(void **state);
void case_cancel_at_once(void **state);
void case_run_ok_says_why(void **state);
void case_log_is_printable(void **state);
void case_stream_both_ways(void **state);
void case_stream_ends_early(void **state);
void case_stream_abandoned(void **state);
void case_clone_works_beside(void **state);
void case_tunnel_four_at_once(void **state);
void case_file_replace(void **state);
void case_file_refusals(void **state);

#define HOST_CASES                                                                                             \
    cmocka_unit_test(case_status_and_signal), cmocka_unit_test(case_large_three_ways),                         \
        cmocka_unit_test(case_nasty_arguments), cmocka_unit_test(case_out_limit),                              \
        cmocka_unit_test(case_silence), cmocka_unit_test(case_slow_but_alive),                                 \
        cmocka_unit_test(case_output_closed_early), cmocka_unit_test(case_input_not_wanted),                   \
        cmocka_unit_test(case_cancel_at_once), cmocka_unit_test(case_run_ok_says_why),                         \
        cmocka_unit_test(case_log_is_printable), cmocka_unit_test(case_stream_both_ways),                      \
        cmocka_unit_test(case_stream_ends_early), cmocka_unit_test(case_stream_abandoned),                     \
        cmocka_unit_test(case_clone_works_beside), cmocka_unit_test(case_tunnel_four_at_once),                 \
        cmocka_unit_test(case_file_replace), cmocka_unit_test(case_file_refusals)

/* A Unix or TCP server of the test's own that answers every byte b with b ^ 0x55, in a thread per connection. */
struct echo {
    int fd, port;
    char path[108];
};
void echo_start(struct echo *echo, int tcp);
void echo_stop(struct echo *echo);
/* Sends and checks `bytes` bytes through the Unix socket at path. 0: all came back right. */
int echo_check(const char *path, size_t bytes, unsigned seed);

#endif
