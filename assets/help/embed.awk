# Turns help.txt into a table of C: awk -f embed.awk help.txt >help_texts.c
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
function finish() {
    if (open)
        print "    },"
    open = 0
}
BEGIN {
    print "/* Made from assets/help/help.txt. */"
    print "#include \"ui/help.h\"\n"
    print "const struct help help_texts[] = {"
}
/^#/ { next }
/^\[/ {
    finish()
    id = substr($1, 2, length($1) - 2)
    title = substr($0, length($1) + 2)
    printf "    {\n        .id = %s,\n        .title = %s,\n        .text =\n", quoted(id), quoted(title)
    open = 1
    blank = 0
    begun = 0
    next
}
!open { next }
/^$/ { blank = begun; next }
{
    if (blank)
        print "            \"\\n\""
    print "            " quoted($0) " \"\\n\""
    blank = 0
    begun = 1
}
END {
    finish()
    print "};\n"
    print "const size_t help_count = sizeof help_texts / sizeof help_texts[0];"
}
