DROP DATABASE lab_seed;
