#include "mysql/filename.h"

#include <string.h>
#include <strings.h>

/* Letters of these ranges are "@" and two characters; those that stand as two blanks here, and all others that are no ASCII
 * letter, digit or "_", are "@" and four hex digits. Source: strings/ctype-utf8.c of both servers; read from MariaDB 10.5
 * and 10.11 letter by letter. */
static const struct {
    unsigned first, last;
    const char *pairs;
} ranges[] = {
    { 0x00C0, 0x017F,
      "0G0H0I0J0K0L0M0N0O0P0Q0R0S0T0U0V0W0X0Y0Z1G1H1I  1K1L1M1N1O1P1Q1j0g0h0i0j0k0l0m0n0o0p0q0r0s0t0u0v"
      "0w0x0y0z1g1h1i  1k1l1m1n1o1p1q1r1S1s1T1t1U1u1V1v1W1w1X1x1Y1y1Z1z2G2g2H2h2I2i2J2j2K2k2L2l2M2m2N2n"
      "2O2o2P2p2Q2q2R2r2S2s2T2t2U2u2V2v  2w2X2x2Y2y2Z2z3g3H3h3I3i3J3j3K3k3L3l3M3m3N3n3O3o3p3Q3q3R3r3S3s"
      "3T3t3U3u3V3v3W3w3X3x3Y3y3Z3z4G4g4H4h4I4i4J4j4K4k4L4l4M4m4N4n4O4o4P4p4Q4q4R4r4S4s1R4T4t4U4u4V4v4w" },
    { 0x0180, 0x02AF,
      "gaQfHahaIaiaRfJajaTfUfKakalaZbWfYfMamaJgMgnaSgRgOaoapaqaYgHhraKhSasaTataUauaVhVavaYhwaxaYayaJiZa"
      "zaLiMiGbgbHbhbTiIbibjbkbNbnbmb          Ob  obPb  pbQb  qbRbrbSbsbTbtbUbubVbvbWbwbXbxbYbybzbGcgc"
      "HchcIcicJcjcKckcLclcMcmcNcncOcocpcQc  qcRcrcNa  ScscTctcUcucVcvcWcwcXcxcYcycZczcGdgdHdhdIdidJdjd"
      "KdkdLdldMdmdNdndOdodPdpdQdqdRdrdRasdTdtdUdudVdvdWdwdXdxdYdydZdzdGegeHeheiejekelemeneOePepePaQere"
      "seVi                            nfofpfqfrfsftfufvfwfxfyfzfgghgigjgkglgmgngogpgqgrgsgtgugvgwgxgyg"
      "zgghhhihjhkhlhmhnhohphqhrhshthuhvhwhxhyhzhgihiiijikiliminioipiqirisitiuiviwixiyizigjhjijjjkjljmj"
      "njojpjqjrjsjtjujvjwjxjyjzjgkhkik" },
    { 0x0370, 0x03FF,
      "                                            6G  6H6I6J  7S  7T7U5y6L7W6N6O6P6Q6R7X6T8W6V6W6X6Y6Z"
      "8I7H  8Y7K7L8H7N7O7P7Q7R6g6h6i6j6k6l6m6n6o6p6q6r6s6t6u6v6w6x6y6z7g7h7i7j7k7l7m7n7o7p7q7r7s7t7u  "
      "7w7x7Y7Z8G8h8i8j  8k8L8l8M8m8N8n8O8o8P8p8Q8q8R8r8S8s8T8t8U8u8V8v8w8x8y8z  9g9h  9i    9j9k9L9M9N" },
    { 0x0400, 0x052F,
      "S1T1U1V1W1X1Y1Z1G2H2I2J2K2L2M2N2G0H0I0J0K0L0M0N0O0P0Q0R0S0T0U0V0W0X0Y0Z0G1H1I1J1K1L1M1N1O1P1Q1R1"
      "g0h0i0j0k0l0m0n0o0p0q0r0s0t0u0v0w0x0y0z0g1h1i1j1k1l1m1n1o1p1q1r1s1t1u1v1w1x1y1z1g2h2i2j2k2l2m2n2"
      "O2o2P2p2Q2q2R2r2S2s2T2t2U2u2V2v2W2w2X2x2Y2y2Z2z2G3g3H3h3I3i3J3j3K3k3                M3m3N3n3O3o3"
      "P3p3Q3q3R3r3S3s3T3t3U3u3V3v3W3w3X3x3Y3y3Z3z3G4g4H4h4I4i4J4j4K4k4L4l4M4m4N4n4O4o4P4p4Q4q4R4r4S4s4"
      "T4U4u4V4v4W4w4X4x4Y4y4Z4z4G5g5  I5i5J5j5K5k5L5l5M5m5N5n5O5o5P5p5Q5q5R5r5S5s5T5t5U5u5V5v5W5w5X5x5"
      "Y5y5Z5z5G6g6H6h6I6i6            P6p6Q6q6R6r6S6s6T6t6U6u6V6v6W6w6                                "
      "                                " },
    { 0x0530, 0x058F,
      "  H7I7J7K7L7M7N7O7P7Q7R7S7T7U7V7W7X7Y7Z7G8H8I8J8K8L8M8N8O8P8Q8R8S8T8U8V8W8X8                    "
      "  h7i7j7k7l7m7n7o7p7q7r7s7t7u7v7w7x7y7z7g8h8i8j8k8l8m8n8o8p8q8r8s8t8u8v8w8x8                    " },
    { 0x1E00, 0x1EFF,
      "GlglHlhlIlilJljlKlklLlllMlmlNlnlOlolPlplQlqlRlrlSlslTltlUlulVlvlWlwlXlxlYlylZlzlGmgmHmhmImimJmjm"
      "KmkmLmlmMmmmNmnmOmomPmpmQmqmRmrmSmsmTmtmUmumVmvmWmwmXmxmYmymZmzmGngnHnhnIninJnjnKnknLnlnMnmnNnnn"
      "GponPnpnQnqnRnrnSnsnTntnUnunVnvnWnwnXnxnYnynZnznGogoHohoIoioJojoKokoLoloMomoNonoOoooPopoQoqoRoro"
      "SosoTotoUouovowoxoyozogp        LplpMpmpNpnpOpopPpppQpqpRprpSpspTptpUpupVpvpWpwpXpxpYpypZpzpGqgq"
      "HqhqIqiqJqjqKqkqLqlqMqmqNqnqOqoqPqpqQqqqRqrqSqsqTqtqUquqVqvqWqwqXqxqYqyqZqzqGrgrHrhrIrirJrjrKrkr"
      "LrlrMrmrNrnrOrorPrpr            " },
    { 0x1F00, 0x1FFF,
      "gshsisjskslsmsnsGsHsIsJsKsLsMsNsospsqsrsssts    OsPsQsRsSsTs    yszsgthtitjtktltYsZsGtHtItJtKtLt"
      "mtntotptqtrtstttMtNtOtPtQtRtStTtutvtwtxtytzt    UtVtWtXtYtZt    kulumunuoupuquru  Lu  Nu  Pu  Ru"
      "wuxuyuzugvhvivjvWuXuYuZuGvHvIvJvkvlvmvnvovpvqvrvsvtvuvvvwvxv    gwhwiwjwkwlwmwnwGwHwIwJwKwLwMwNw"
      "owpwqwrwswtwuwvwOwPwQwRwSwTwUwVwwwxwywzwgxhxixjxWwXwYwZwGxHxIxJxkxlxmxnxox  qxrxKxLxKvLvNx      "
      "    sxtxux  wxxxMvNvOvPvTx      yxzxgyhy    kylyYxZxQvRv        nyoypyqyrysytyuyNyOyUvVvSy      "
      "    xyyy    hzizSvTvWvXvYy      " },
    { 0x2160, 0x217F,
      "G9H9I9J9K9L9M9N9O9P9Q9R9S9T9U9V9g9h9i9j9k9l9m9n9o9p9q9r9s9t9u9v9" },
    { 0x24B6, 0x24E9,
      "@A@B@C@D@E@F@G@H@I@J@K@L@M@N@O@P@Q@R@S@T@U@V@W@X@Y@Z@a@b@c@d@e@f@g@h@i@j@k@l@m@n@o@p@q@r@s@t@u@v"
      "@w@x@y@z" },
    { 0xFF21, 0xFF5A,
      "A@B@C@D@E@F@G@H@I@J@K@L@M@N@O@P@Q@R@S@T@U@V@W@X@Y@Z@            a@b@c@d@e@f@g@h@i@j@k@l@m@n@o@p@"
      "q@r@s@t@u@v@w@x@y@z@" },};

/* Names that some file systems keep for devices: "@@@" is put behind them, on every platform. */
static const char *const devices[] = {
    "aux",  "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul",  "prn",
};

/* The next letter of a UTF-8 text, which is stepped over; a byte that is none stands for itself. */
static unsigned next_letter(const char **at)
{
    static const struct {
        unsigned char mask, lead;
        int more;
    } forms[] = { { 0x80, 0x00, 0 }, { 0xE0, 0xC0, 1 }, { 0xF0, 0xE0, 2 }, { 0xF8, 0xF0, 3 } };
    const unsigned char *c = (const unsigned char *)*at;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((c[0] & forms[i].mask) != forms[i].lead)
            continue;
        unsigned letter = c[0] & (unsigned char)~forms[i].mask;
        int k = 1;
        while (k <= forms[i].more && (c[k] & 0xC0) == 0x80)
            letter = letter << 6 | (c[k++] & 0x3F);
        if (k <= forms[i].more)
            break;
        *at += k;
        return letter;
    }
    (*at)++;
    return c[0];
}

static bool plain(unsigned letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
           letter == '_';
}

static const char *pair_of(unsigned letter)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (letter >= ranges[i].first && letter <= ranges[i].last) {
            const char *pair = ranges[i].pairs + 2 * (size_t)(letter - ranges[i].first);
            return *pair != ' ' ? pair : NULL;
        }
    return NULL;
}

static void add_letter(struct buf *to, unsigned letter)
{
    const char *pair = pair_of(letter);
    if (plain(letter)) {
        buf_addc(to, (char)letter);
    } else if (pair != NULL) {
        buf_addf(to, "@%.2s", pair);
    } else if (letter > 0xFFFF) {
        buf_addf(to, "@%04x@%04x", 0xD800 + ((letter - 0x10000) >> 10), 0xDC00 + (letter & 0x3FF));
    } else {
        buf_addf(to, "@%04x", letter);
    }
}

void filename_encode(struct buf *to, const char *name)
{
    for (const char *at = name; *at != '\0';)
        add_letter(to, next_letter(&at));
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (strcasecmp(name, devices[i]) == 0)
            buf_adds(to, "@@@");
}

char *filename_of(const struct dialect *dialect, const char *name)
{
    struct buf file = BUF_INIT;
    if (dialect->encoded_names)
        filename_encode(&file, name);
    else
        buf_adds(&file, name);
    return buf_steal(&file);
}
