/** What a judge is told of each pair (SOAR, App. C.4), in our own words. `{question}` and `{answer}` stand for the pair. */
export const judgePrompt = `You check a mathematics problem that a program wrote, together with the answer that it gave. Either may be wrong.

<question>
{question}
</question>
<answer>
{answer}
</answer>

Work in this order.
1. Is the problem well posed? It is when it can be understood in one way only, and what it says is consistent and enough for exactly one answer. If it is not, do not repair it.
2. If it is, solve it yourself, step by step, without relying on the given answer.
3. Compare. The given answer is right when it has the same value as yours, however it is written.

Then end with your verdict: one JSON object, and nothing after it.
{"isWellPosed": true or false, "isCorrect": true or false, "errorType": one of the names below, "verifiedAnswer": "your own final answer, or N/A"}

errorType is exactly one of
- "None": well posed, and the given answer is right
- "Arithmetic": well posed; the method behind the given answer is sound, but it contains a slip in calculation
- "Logical_Fallacy": well posed; the given answer comes from wrong reasoning, or answers something else
- "Ill_Posed": not well posed, because what it says is contradictory or impossible, or it is no problem at all
- "Ambiguous": not well posed, because something needed is missing, or it can be read in several ways
So isCorrect is true exactly where errorType is "None", and isWellPosed is false exactly where it is "Ill_Posed" or "Ambiguous". Inside the JSON a backslash is written twice.`;
