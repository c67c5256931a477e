"""What became of every acknowledged message at every client it was for."""

from dataclasses import dataclass, field


@dataclass
class Verdict:
    acknowledged: int = 0
    delivered: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    changed: int = 0  # messages that were changed or taken back
    stale: int = 0    # how many of them say something else to somebody
    examples: list = field(default_factory=list)

    @property
    def clean(self):
        return self.lost == self.doubled == self.out_of_order == self.stale == 0

    def _note(self, *what):
        if len(self.examples) < 20:
            self.examples.append(" ".join(str(part) for part in what))


def judge(acknowledged, members, groups, texts):
    """acknowledged: [(conversation, seq, id)]; members: what each client was given; groups: id: users;
    texts: (conversation, seq): what a message that was changed says in the end."""
    verdict = Verdict(acknowledged=len(acknowledged), changed=len(texts))
    sent = {}
    for conversation, seq, id in acknowledged:
        first = sent.setdefault(conversation, {}).setdefault(seq, id)
        if first != id:
            verdict.doubled += 1
            verdict._note("one number for two messages:", conversation, seq)
    for member in members:
        _judge_member(verdict, member, sent, groups)
        _judge_texts(verdict, member, texts, groups)
    return verdict


def _judge_member(verdict, member, sent, groups):
    for conversation, messages in sent.items():
        if not _concerns(conversation, member["id"], groups):
            continue
        given = member["given"].get(conversation, [])
        verdict.delivered += len(given)
        numbers = {}
        last = 0
        for seq, id in given:
            if seq in numbers:
                verdict.doubled += 1
                verdict._note("twice:", member["id"], conversation, seq)
            elif seq != last + 1:
                verdict.out_of_order += 1
                verdict._note("after", last, "came", seq, "to", member["id"], "in", conversation)
            numbers[seq] = id
            last = max(last, seq)
        for seq, id in messages.items():
            if numbers.get(seq) != id:
                verdict.lost += 1
                verdict._note("lost:", member["id"], conversation, seq, id)
        texts = [id for _, id in given if id]
        if len(texts) != len(set(texts)):
            verdict.doubled += len(texts) - len(set(texts))
            verdict._note("stored twice:", conversation)


def _judge_texts(verdict, member, texts, groups):
    for (conversation, seq), text in texts.items():
        if not _concerns(conversation, member["id"], groups):
            continue
        shown = member["texts"].get((conversation, seq), "nothing at all")
        if shown != text:
            verdict.stale += 1
            verdict._note("stale:", member["id"], conversation, seq, shown, "not", text)


def _concerns(conversation, user_id, groups):
    if conversation.startswith("group:"):
        return user_id in groups[conversation.removeprefix("group:")]
    if conversation.startswith("direct:"):
        return user_id in conversation.removeprefix("direct:").split(",")
    return True
