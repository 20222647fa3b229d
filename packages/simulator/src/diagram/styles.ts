// How messages and marks look. Kinds differ by the pattern of their line and by their words, never by colour alone;
// colours are those of Okabe and Ito, which people without full colour vision tell apart.

/** How an arrow looks. */
export interface ArrowStyle {
  /** What the legend says. */
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  /** Dashes and gaps; undefined: solid. */
  readonly dashes?: string;
  /** In the background: what keeps the house, and decides nothing. */
  readonly faint?: true;
}

/** PBFT's PREPARE names a height, that of Paxos a round alone. */
const ROUND_PREPARE = "PREPARE of a round";

const STYLES: Readonly<Record<string, ArrowStyle>> = {
  "PRE-PREPARE": { name: "PRE-PREPARE", colour: "#000000", width: 2.2 },
  PREPARE: { name: "PREPARE", colour: "#0072b2", width: 1.2 },
  COMMIT: { name: "COMMIT", colour: "#00795a", width: 1.4, dashes: "7 3" },
  "VIEW-CHANGE": { name: "VIEW-CHANGE", colour: "#c04a00", width: 1.6, dashes: "1.5 3" },
  "NEW-VIEW": { name: "NEW-VIEW", colour: "#a0307a", width: 2.2, dashes: "10 3 2 3" },
  // Of BP Fast Paxos.
  ACCEPT: { name: "ACCEPT", colour: "#000000", width: 2.2 },
  LEARN: { name: "LEARN", colour: "#0072b2", width: 1.2 },
  VOTED: { name: "VOTED, a STATUS that tells of a vote", colour: "#0072b2", width: 1, dashes: "1.5 3" },
  PROMISE: { name: "PROMISE", colour: "#00795a", width: 1.4, dashes: "7 3" },
  TRUSTCHANGE: { name: "TRUSTCHANGE", colour: "#c04a00", width: 1.6, dashes: "1.5 3" },
  // Of Paxos and Fast Paxos, where PREPARE asks for promises.
  [ROUND_PREPARE]: { name: "PREPARE", colour: "#c04a00", width: 1.8, dashes: "10 3 2 3" },
  "ACCEPT-ANY": { name: "ACCEPT-ANY", colour: "#a0307a", width: 1.8, dashes: "10 3" },
  PROPOSE: { name: "PROPOSE, past the leader", colour: "#000000", width: 1.8, dashes: "12 3" },
  REFUSE: { name: "REFUSE", colour: "#555555", width: 1.1, dashes: "2 4" },
  ASK: { name: "ASK", colour: "#555555", width: 1.1, dashes: "6 2 1 2" },
  // Of registers.
  WRITE: { name: "WRITE", colour: "#000000", width: 2.2 },
  WRITTEN: { name: "WRITTEN, the answer", colour: "#0072b2", width: 1.2 },
  READ: { name: "READ", colour: "#c04a00", width: 1.8, dashes: "7 3" },
  HOLDS: { name: "HOLDS, the answer", colour: "#00795a", width: 1.6, dashes: "1.5 3" },
  // Of generals and flight computers.
  ORDERS: { name: "ORDERS", colour: "#000000", width: 2.2 },
  SAYS: { name: "SAYS what it heard", colour: "#0072b2", width: 1.2 },
  SIGNED: { name: "SIGNED order", colour: "#0072b2", width: 1.4 },
  ATTACK: { name: "ATTACK, the first messenger", colour: "#000000", width: 2.2 },
  MESSENGER: { name: "MESSENGER with an answer", colour: "#0072b2", width: 1.2 },
  INPUT: { name: "INPUT", colour: "#000000", width: 2.2 },
  COMMAND: { name: "COMMAND", colour: "#0072b2", width: 1.2 },
};
const OTHER: ArrowStyle = { name: "other", colour: "#555555", width: 1.1, dashes: "4 2" };
const FAINT: ArrowStyle = {
  ...{
    name: "STATUS, CHECKPOINT, blocks, transactions, lines",
    colour: "#9a9a9a",
    width: 0.8,
    dashes: "2 2",
    faint: true,
  },
};
const FAINT_WORDS = [
  ...[
    "STATUS",
    "CHECKPOINT",
    "DECIDED",
    "certificate",
    "certificates?",
    "body?",
    "body",
    "sync",
    "blocks",
    "blocks?",
    "blocks,",
    "decided",
    "answer",
    "tip",
  ],
  ...["transactions,", "transactions?,", "ids,", "dials", "takes", "refuses", "ends"],
];

/** The style of a message, by its first word. */
export function styleOf(what: string): ArrowStyle {
  const [first = ""] = what.split(" ", 1);
  const word = /^PREPARE \d/.test(what) ? ROUND_PREPARE : first;
  return STYLES[word] ?? (FAINT_WORDS.includes(word) ? FAINT : OTHER);
}

/** The styles in the order of a legend. */
export const STYLE_ORDER: readonly ArrowStyle[] = [...Object.values(STYLES), OTHER, FAINT];

/** Letters and lines. */
export const INK = {
  text: "#111111",
  quiet: "#666666",
  rule: "#dddddd",
  bad: "#b00020",
  line: "#333333",
} as const;
/** Of every text, by whatever font the reader has. */
export const FONT = "ui-sans-serif, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif";
/** The width of a letter at 11 px is at most about this. */
export const LETTER = 6.3;
