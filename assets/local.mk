# help texts, lab, man page, completion, example answers
