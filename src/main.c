#include <stdio.h>
int main(void)
{
    puts("dualserver");
    return 0;
}
