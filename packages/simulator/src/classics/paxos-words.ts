// Messages and records of Paxos, Fast Paxos and Trust Change Paxos in words: for traces and diagrams, and for naming letters.
import type { DecreeMessage, DecreeRecord, DecreeVote } from "@witan/consensus";

/** A message in a line; its first word says its kind, numbers are rounds. */
export function decreeWords(message: DecreeMessage): string {
  switch (message.kind) {
    case "prepare":
      return `PREPARE ${message.round}`;
    case "promise":
      return `PROMISE ${message.round}${voteWords(message.vote)}`;
    case "accept": {
      const by = message.proof.map(({ acceptor }) => acceptor).join(" ");
      return `ACCEPT ${message.round} ${message.value}${by === "" ? "" : ` proven by ${by}`}`;
    }
    case "acceptAny":
      return `ACCEPT-ANY ${message.round}`;
    case "propose":
      return `PROPOSE ${message.value}`;
    case "learn":
      return `LEARN ${message.round} ${message.value}`;
    case "refuse":
      return `REFUSE ${message.round}`;
    case "trustChange":
      return `TRUSTCHANGE ${message.round}`;
    case "ask":
      return `ASK${voteWords(message.vote)}`;
    case "decided":
      return `DECIDED ${message.value}`;
  }
}

/** What becomes durable. */
export function recordWords(record: DecreeRecord): string {
  if (record.kind === "acceptor") {
    const { round, vote, isOpen, decided } = record;
    const open = isOpen ? ", open" : "";
    return `writes round ${round}${open}${voteWords(vote)}${decided === undefined ? "" : `, learnt ${decided}`}`;
  }
  const { round, own, proposed } = record;
  const first = round < 0 ? `wants ${own}` : `round ${round}`;
  return `writes ${first}${proposed === undefined ? "" : `, proposes ${proposed}`}`;
}

function voteWords(vote: DecreeVote | undefined): string {
  return vote === undefined ? "" : `, voted ${vote.value} in ${vote.round}`;
}
