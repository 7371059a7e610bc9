/* ssh_login.c - what `ssh -G` says about a host. OpenSSH's own reading of ssh_config is the only complete one. */
#include "ssh_login.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define CONNECT_MS 15000 /* when ssh_config names no ConnectTimeout */

int ssh_name_check(const char *what, const char *name, struct err *err)
{
    if (name[0] == '\0')
        return err_set(err, ERR_ANSWERS, "the %s is empty", what);
    if (name[0] == '-')
        return err_set(err, ERR_ANSWERS, "the %s may not begin with '-'", what);
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("'\"`$\\;&<>|(){}*?!#", *at) != NULL)
            return err_set(err, ERR_ANSWERS, "the %s holds a character that no %s has (byte 0x%02x)", what, what,
                           (unsigned char)*at);
    return 0;
}

static const char *home(void)
{
    const struct passwd *me = getpwuid(getuid());
    const char *env = getenv("HOME");

    return env != NULL && env[0] == '/' ? env : me != NULL ? me->pw_dir : "/";
}

/* `ssh -G` leaves "~/" and the %-tokens of file names as they are. Free the result. */
static char *expand(const struct ssh_login *login, const char *text)
{
    struct buf out = BUF_INIT;

    if (text[0] == '~' && text[1] == '/') {
        buf_adds(&out, home());
        text++;
    }
    for (; *text != '\0'; text++) {
        if (text[0] != '%' || text[1] == '\0') {
            buf_addc(&out, *text);
            continue;
        }
        switch (*++text) {
        case 'd':
            buf_adds(&out, home());
            break;
        case 'h':
            buf_adds(&out, login->hostname);
            break;
        case 'n':
            buf_adds(&out, login->name);
            break;
        case 'p':
            buf_addf(&out, "%d", login->port);
            break;
        case 'r':
            buf_adds(&out, login->user);
            break;
        case 'u': {
            const struct passwd *me = getpwuid(getuid());
            buf_adds(&out, me != NULL ? me->pw_name : "");
            break;
        }
        default:
            if (*text != '%')
                buf_addc(&out, '%');
            buf_addc(&out, *text);
        }
    }
    return buf_steal(&out);
}

static void set(char **to, const char *value)
{
    free(*to);
    *to = strcmp(value, "none") == 0 ? NULL : mem_dup(value);
}

static void add_words(struct strings *list, const char *value)
{
    for (value += strspn(value, " "); *value != '\0'; value += strspn(value, " ")) {
        size_t len = strcspn(value, " ");
        char *word = mem_dup_n(value, len);

        if (strcmp(word, "none") != 0)
            strings_add(list, word);
        free(word);
        value += len;
    }
}

static void set_option(struct ssh_login *login, struct strings *global, const char *key, const char *value)
{
    const struct {
        const char *key;
        char **text;
        struct strings *words;
        bool *flag;
    } options[] = {
        { "hostname", &login->hostname, NULL, NULL },
        { "user", &login->user, NULL, NULL },
        { "hostkeyalias", &login->alias, NULL, NULL },
        { "proxycommand", &login->proxy_command, NULL, NULL },
        { "proxyjump", &login->proxy_jump, NULL, NULL },
        { "identityagent", &login->agent, NULL, NULL },
        { "userknownhostsfile", NULL, &login->known_hosts, NULL },
        { "globalknownhostsfile", NULL, global, NULL },
        { "identitiesonly", NULL, NULL, &login->identities_only },
        { "hashknownhosts", NULL, NULL, &login->hash_known_hosts },
    };

    if (strcmp(key, "identityfile") == 0) /* one a line, the name may hold spaces */
        strings_add(&login->identities, value);
    else if (strcmp(key, "port") == 0)
        login->port = atoi(value);
    else if (strcmp(key, "connecttimeout") == 0 && atoi(value) > 0)
        login->connect_ms = (unsigned)atoi(value) * 1000;
    if (strcmp(key, "identityagent") == 0)
        login->use_agent = strcmp(value, "none") != 0;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(options[i].key, key) == 0) {
            if (options[i].text != NULL)
                set(options[i].text, value);
            if (options[i].words != NULL)
                add_words(options[i].words, value);
            if (options[i].flag != NULL)
                *options[i].flag = strcmp(value, "yes") == 0;
        }
}

static void expand_all(const struct ssh_login *login, struct strings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        char *path = expand(login, list->items[i]);

        free(list->items[i]);
        list->items[i] = path;
    }
}

void ssh_login_parse(struct ssh_login *login, char *text)
{
    struct strings global = { .items = NULL };
    char *command = NULL;

    login->use_agent = true;
    for (char *line; (line = text_line(&text)) != NULL;) {
        char *value = strchr(line, ' ');

        if (value == NULL)
            continue;
        *value++ = '\0';
        set_option(login, &global, line, value);
    }
    for (size_t i = 0; i < global.count; i++)
        strings_add(&login->known_hosts, global.items[i]);
    strings_free(&global);
    if (login->hostname == NULL)
        login->hostname = mem_dup(login->name);
    expand_all(login, &login->identities);
    expand_all(login, &login->known_hosts);
    if (login->agent != NULL && strcmp(login->agent, "SSH_AUTH_SOCK") == 0)
        set(&login->agent, "none");
    if (login->agent != NULL) {
        char *path = expand(login, login->agent);
        free(login->agent);
        login->agent = path;
    }
    if (login->proxy_command != NULL) {
        command = expand(login, login->proxy_command);
        free(login->proxy_command);
        login->proxy_command = command;
    }
}

/* The answers speak louder than ssh_config. */
static void apply_answers(struct ssh_login *login, const struct host_where *where)
{
    if (where->identity != NULL) {
        strings_free(&login->identities);
        strings_add(&login->identities, where->identity);
        expand_all(login, &login->identities);
        login->identities_only = true;
    }
    if (where->known_hosts != NULL) {
        strings_free(&login->known_hosts);
        strings_add(&login->known_hosts, where->known_hosts);
        expand_all(login, &login->known_hosts);
    }
    login->password = secret_copy(where->password);
}

static int ask_ssh(const struct host_where *where, struct buf *out, struct err *err)
{
    struct host here = { .name = (char *)"ssh -G", .cancel_fd = where->cancel_fd };
    struct buf errout = BUF_INIT;
    struct run run = { .out = out, .errout = &errout, .timeout_ms = 20000 };
    const char *argv[10] = { "ssh", "-G" };
    size_t count = 2;
    char port[16];
    int rc;

    snprintf(port, sizeof port, "%d", where->port);
    if (where->port > 0) {
        argv[count++] = "-p";
        argv[count++] = port;
    }
    if (where->user != NULL) {
        argv[count++] = "-l";
        argv[count++] = where->user;
    }
    argv[count++] = "--";
    argv[count++] = where->host;
    argv[count] = NULL;
    run.argv = argv;
    rc = local_run(&here, &run, err);
    if (rc == 0 && run.status == 127) {
        rc = err_set(err, ERR_UNSUPPORTED, "there is no ssh on this machine to read its configuration");
        err_hint(err, "install openssh-client");
    } else if (rc == 0 && run.status != 0) {
        buf_trim(&errout);
        rc = err_set(err, ERR_ANSWERS, "ssh does not accept %.100s: %.300s", where->host, buf_str(&errout));
    }
    buf_free(&errout);
    return rc;
}

struct ssh_login *ssh_login_new(const struct host_where *where, struct err *err)
{
    struct ssh_login *login;
    struct buf out = BUF_INIT;
    char *text;

    if (ssh_name_check("host name", where->host, err) != 0 ||
        (where->user != NULL && ssh_name_check("user name", where->user, err) != 0) ||
        ask_ssh(where, &out, err) != 0) {
        buf_free(&out);
        return NULL;
    }
    login = mem_alloc(sizeof *login);
    login->name = mem_dup(where->host);
    login->connect_ms = CONNECT_MS;
    text = buf_steal(&out);
    ssh_login_parse(login, text);
    free(text);
    apply_answers(login, where);
    if (login->user == NULL || login->port <= 0 || login->port > 65535 ||
        ssh_name_check("host name", login->hostname, err) != 0 ||
        ssh_name_check("user name", login->user, err) != 0) {
        if (err != NULL && err->code == ERR_NONE)
            err_set(err, ERR_DATA, "cannot understand what ssh -G says about %.200s", where->host);
        ssh_login_free(login);
        return NULL;
    }
    return login;
}

static void copy_strings(struct strings *to, const struct strings *from)
{
    *to = (struct strings){ .items = NULL };
    for (size_t i = 0; i < from->count; i++)
        strings_add(to, from->items[i]);
}

struct ssh_login *ssh_login_copy(const struct ssh_login *login)
{
    struct ssh_login *copy = mem_alloc(sizeof *copy);

    *copy = *login;
    copy->name = mem_dup(login->name);
    copy->hostname = mem_dup(login->hostname);
    copy->alias = mem_dup(login->alias);
    copy->user = mem_dup(login->user);
    copy->proxy_command = mem_dup(login->proxy_command);
    copy->proxy_jump = mem_dup(login->proxy_jump);
    copy->agent = mem_dup(login->agent);
    copy_strings(&copy->identities, &login->identities);
    copy_strings(&copy->known_hosts, &login->known_hosts);
    copy->password = secret_copy(login->password);
    copy->passphrase = secret_copy(login->passphrase);
    copy->key = NULL;
    if (login->key != NULL) {
        copy->key = mem_alloc(login->key_len);
        memcpy(copy->key, login->key, login->key_len);
    }
    copy->fingerprint = mem_dup(login->fingerprint);
    return copy;
}

void ssh_login_free(struct ssh_login *login)
{
    if (login == NULL)
        return;
    free(login->name);
    free(login->hostname);
    free(login->alias);
    free(login->user);
    free(login->proxy_command);
    free(login->proxy_jump);
    free(login->agent);
    strings_free(&login->identities);
    strings_free(&login->known_hosts);
    secret_free(login->password);
    secret_free(login->passphrase);
    free(login->key);
    free(login->fingerprint);
    free(login);
}

char *ssh_login_known_name(const struct ssh_login *login)
{
    char *name;

    if (login->alias != NULL)
        name = mem_dup(login->alias);
    else if (login->port == 22)
        name = mem_dup(login->hostname);
    else
        name = mem_printf("[%s]:%d", login->hostname, login->port);
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return name;
}
