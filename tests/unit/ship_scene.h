/* ship_scene.h - what the tests of the ship share: two folders on this machine, and a host at either end. */
#ifndef DUALSERVER_TESTS_SHIP_SCENE_H
#define DUALSERVER_TESTS_SHIP_SCENE_H

#include <ftw.h>
#include <stdint.h>
#include <sys/stat.h>
#include "ship/ship.h"

/* One test's world: a source and a target folder on this machine, and a host at either end. */
struct scene {
    char top[64], from_dir[80], to_dir[80];
    struct host *from, *to;
    int cancel[2];
    uint64_t told;
    uint64_t cancel_at; /* progress that pulls the cancel descriptor; 0: never */
    struct ship ship;
};

extern const char *scene_folder; /* where the scene lies; /tmp */
int scene_set_up(void **state);
int scene_tear_down(void **state);
int scene_tear_down_tools(void **state); /* after scene_with_tool() */
/* In the source folder. */
void scene_put(const struct scene *scene, const char *name, const void *bytes, size_t len);
void scene_put_large(const struct scene *scene, const char *name, unsigned megabytes);
void scene_make_dir(const struct scene *scene, const char *name, mode_t mode);
void scene_put_odd(const struct scene *scene); /* 23 small files with names that a shell stumbles over, 3 folders */
void scene_expect(struct scene *scene, enum err_code code, const char *says);
void scene_expect_shipped(struct scene *scene);
int scene_check_arrived(const char *path, const struct stat *st, int type, struct FTW *walk); /* for nftw() */
void scene_with_tool(struct scene *scene, const char *name, const char *script);

#endif
