# headers, for make dist
