#include "ui/ask.h"

void ask_open(struct dialog *dialog, const struct question *question, const char *yes_no)
{
    static const struct {
        enum dialog_kind kind;
        const char *title;
    } kinds[] = {
        [QUESTION_HOST_KEY] = { DIALOG_YES_NO, "Is this the right host?" },
        [QUESTION_SECRET] = { DIALOG_PASSWORD, "Password" },
        [QUESTION_CONFIRM] = { DIALOG_WORD, "Before the first change" },
        [QUESTION_YES_NO] = { DIALOG_YES_NO, NULL },
    };
    const char *title = question->kind == QUESTION_YES_NO ? yes_no : kinds[question->kind].title;
    dialog_open(dialog, kinds[question->kind].kind, title, question->text, question->expected);
}

void ask_answer(struct bridge *bridge, const struct dialog *dialog, enum dialog_end end)
{
    struct answer answer = { .yes = end == DIALOG_YES };
    struct err err = ERR_INIT;
    if (end == DIALOG_LEFT)
        err_set(&err, ERR_CANCELLED, "the question was not answered");
    else if (dialog->kind == DIALOG_PASSWORD)
        answer.secret = secret_typed(dialog->field.text, dialog->field.len, &err);
    bridge_answer(bridge, err.code != ERR_NONE ? -1 : 0, &answer, &err);
}
