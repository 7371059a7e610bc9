# plan: answers, facts, changes: what is known and what will be done
noinst_LIBRARIES += libplan.a
libplan_a_SOURCES =
