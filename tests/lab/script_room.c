/* Prints the shortest of the program's scripts for hosts that has these words in it: `script_room WORDS`. For the test of what may be done with it
 * through the gate of least privilege. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "host/gate.h"

int main(int argc, char **argv)
{
    size_t count;
    const char *const *scripts = gate_scripts(&count), *found = NULL;
    for (size_t i = 0; argc == 2 && i < count; i++)
        if (strstr(scripts[i], argv[1]) != NULL && (found == NULL || strlen(scripts[i]) < strlen(found)))
            found = scripts[i];
    if (found == NULL)
        return 1;
    (void)fputs(found, stdout);
    return 0;
}
