/* fake_words.h - what the files of the fake world that know statements share. */
#ifndef DUALSERVER_TESTS_FAKE_WORDS_H
#define DUALSERVER_TESTS_FAKE_WORDS_H

#include "fake_world.h"

bool begins(const char *text, const char *words);
/* The name in backticks that begins at *at; *at is behind it then. Owned; NULL: there is none. */
char *take_name(const char **at);
/* Behind the words: `database`.`name`, or `name` in the default database; both owned. rest may be NULL. */
bool take_thing(const struct fake_world *world, const char *sql, const char *words, char **database, char **name, const char **rest);
void drop_thing(struct fake_world *world, struct fake_thing *thing); /* the last one takes its place */
void set_lines(struct fake_world *world, struct reply *reply, const char *const *lines, size_t count);
void refuse(struct reply *reply, unsigned code);

/* True: it was one of theirs, and is answered. */
bool about_replication(struct fake_world *world, const char *sql, struct reply *reply);
bool about_tables(struct fake_world *world, const char *sql, struct reply *reply);
bool about_objects(struct fake_world *world, const char *sql, struct reply *reply);
bool about_users(struct fake_world *world, enum side on, const char *sql, struct reply *reply);
void judge_following(struct fake_world *world); /* whatever the slave follows, it must hold that master's data */

#endif
