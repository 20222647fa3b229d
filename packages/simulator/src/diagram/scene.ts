// What a diagram shows, before it has a place: arrows, marks and weather, in the order in which they happened.
import type { Happening, Mark } from "../world/recorder.ts";
import type { Recorded } from "./recording.ts";
import type { Part } from "./window.ts";

type Send = Extract<Happening, { kind: "send" }>;

/** One end of an arrow, or a mark: a point on the line of a process. */
export interface Point {
  readonly atUs: number;
  readonly process: number;
  /** Beside the point; empty: none. */
  readonly label: string;
  /** The words of a start stand above it, those of a mark beside it; a dot has none, and wants a little room. */
  readonly kind: "start" | "end" | "mark" | "dot";
}

/** A message. An end that is undefined lies outside of what is shown, or never was. */
export interface Arrow {
  readonly letter: number;
  readonly from: number;
  readonly to: number;
  readonly what: string;
  readonly sent: Point | undefined;
  readonly ended: Point | undefined;
  readonly isLost: boolean;
}

/** What a process does, or suffers. */
export interface MarkAt {
  readonly mark: Mark;
  readonly what: string;
  readonly point: Point;
}

/** What befalls the network, or all. */
export interface Weather {
  readonly atUs: number;
  readonly what: string;
}

/** How a process is. */
export type Condition = "up" | "down" | "paused";

/** Everything that is drawn. */
export interface Scene {
  /** Points and weather in the order in which they are placed. */
  readonly order: readonly (Point | Weather)[];
  readonly arrows: readonly Arrow[];
  readonly marks: readonly MarkAt[];
  readonly weather: readonly Weather[];
  /** How each process is where the diagram begins, by place. */
  readonly conditions: readonly Condition[];
}

/** Of marks, these say with words what they are. */
const LABELLED: readonly Mark[] = [
  "vote",
  "decide",
  "view",
  "timeout",
  "crash",
  "restart",
  "pause",
  "lie",
  "begin",
  "done",
];

/** How a process is after a mark; undefined: as before. */
export function conditionAfter(mark: Mark): Condition | undefined {
  if (mark === "crash") return "down";
  if (mark === "pause") return "paused";
  return mark === "restart" ? "up" : undefined;
}

/** Puts together what is drawn of a part of a world. */
export function sceneOf(all: readonly Recorded[], part: Part, processes: number): Scene {
  const conditions = Array.from({ length: processes }, (): Condition => "up");
  const sends = new Map<number, Send>();
  const scene = new SceneBuilder(sends);
  for (const [at, { happening }] of all.entries()) {
    if (at >= part.end) break;
    if (happening.kind === "send") sends.set(happening.letter, happening);
    if (at < part.first && happening.kind === "suffer")
      conditions[happening.process] =
        conditionAfter(happening.mark) ?? (conditions[happening.process] as Condition);
  }
  for (const recorded of joined(all.slice(part.first, part.end))) scene.add(recorded);
  return { ...scene.done(), conditions };
}

/** What a liar does to several at once, in one: `… for p0 p2 p3`. */
function joined(all: readonly Recorded[]): readonly Recorded[] {
  const kept: Recorded[] = [];
  let lie: { readonly at: number; readonly stem: string } | undefined;
  for (const one of all) {
    const { atUs, happening } = one;
    const [, stem = "", to] =
      happening.kind === "suffer" ? (/^(.* for)( [a-z]\d+'?)$/.exec(happening.what) ?? []) : [];
    const before = lie && kept[lie.at];
    if (to === undefined || happening.kind !== "suffer") kept.push(one);
    else if (before?.happening.kind === "suffer" && lie?.stem === stem && before.atUs === atUs) {
      const same = before.happening;
      if (same.process === happening.process)
        kept[lie.at] = { atUs, happening: { ...same, what: `${same.what}${to}` } };
      else kept.push(one);
    } else {
      lie = { at: kept.length, stem };
      kept.push(one);
    }
  }
  return kept;
}

class SceneBuilder {
  readonly #sends: ReadonlyMap<number, Send>;
  readonly #order: (Point | Weather)[] = [];
  readonly #arrows: Arrow[] = [];
  readonly #marks: MarkAt[] = [];
  readonly #weather: Weather[] = [];
  /** By letter: where it was sent, as long as nothing came of it. */
  readonly #leaving = new Map<number, { readonly send: Send; readonly point: Point }>();
  readonly #sent = new Map<number, Point>();
  /** What a process last said aloud, to be said once for many receivers. */
  readonly #said = new Map<number, { readonly atUs: number; readonly words: Set<string> }>();
  #lastVote: { readonly at: MarkAt; readonly process: number } | undefined;

  constructor(sends: ReadonlyMap<number, Send>) {
    this.#sends = sends;
  }

  add({ atUs, happening }: Recorded): void {
    switch (happening.kind) {
      case "send":
        if (happening.process !== happening.to) this.#send(atUs, happening);
        return;
      case "arrive":
      case "lose":
        this.#end(atUs, happening.letter, happening.kind === "lose");
        return;
      case "weather": {
        const weather = { atUs, what: short(happening.what) };
        this.#order.push(weather);
        this.#weather.push(weather);
        return;
      }
      default:
        this.#mark(atUs, happening);
    }
  }

  done(): Omit<Scene, "conditions"> {
    for (const { send, point } of this.#leaving.values())
      this.#arrows.push({ ...base(send), sent: point, ended: undefined, isLost: false });
    const [order, arrows, marks, weather] = [this.#order, this.#arrows, this.#marks, this.#weather];
    return { order, arrows, marks, weather };
  }

  #send(atUs: number, send: Send): void {
    const what = short(send.what);
    let said = this.#said.get(send.process);
    if (said?.atUs !== atUs) said = { atUs, words: new Set() };
    const isSaid = said.words.has(what);
    this.#said.set(send.process, said);
    said.words.add(what);
    this.#replaceVote(atUs, send.process, what);
    const point = { atUs, process: send.process, label: isSaid ? "" : what, kind: "start" } as const;
    this.#order.push(point);
    this.#leaving.set(send.letter, { send, point });
    this.#sent.set(send.letter, point);
  }

  /** What is said and sent has one label, at the beginning of its arrows. */
  #replaceVote(atUs: number, process: number, what: string): void {
    const vote = this.#lastVote;
    if (vote?.process !== process || vote.at.point.atUs !== atUs || vote.at.what !== `says ${what}`) return;
    this.#marks.splice(this.#marks.indexOf(vote.at), 1);
    this.#order.splice(this.#order.lastIndexOf(vote.at.point), 1);
    this.#lastVote = undefined;
  }

  #end(atUs: number, letter: number, isLost: boolean): void {
    const send = this.#sends.get(letter);
    if (send === undefined || send.process === send.to) return;
    const point = { atUs, process: send.to, label: "", kind: "end" } as const;
    if (isLost) this.#order.push(point);
    else this.#placeEnd(point);
    this.#leaving.delete(letter);
    this.#arrows.push({ ...base(send), sent: this.#sent.get(letter), ended: point, isLost });
  }

  /**
   * What arrives at one moment at several processes arrives side by side, before any of them answers: else the arrows to
   * those further away would go through what the nearer ones say.
   */
  #placeEnd(point: Point): void {
    let at = this.#order.length;
    for (; at > 0; at--) {
      const before = this.#order[at - 1] as Point | Weather;
      if (!("process" in before) || before.process === point.process || before.atUs !== point.atUs) break;
    }
    this.#order.splice(at, 0, point);
  }

  #mark(atUs: number, happening: Extract<Happening, { kind: "do" | "suffer" }>): void {
    const { process, mark, kind } = happening;
    const what = short(happening.what);
    const isLabelled = LABELLED.includes(mark) || kind === "suffer" || what.includes("evidence");
    const point = {
      atUs,
      process,
      label: isLabelled ? what : "",
      kind: isLabelled ? "mark" : "dot",
    } as const;
    const at = { mark, what, point };
    if (mark === "vote") this.#lastVote = { at, process };
    this.#order.push(point);
    this.#marks.push(at);
  }
}

function base({ letter, process, to, what }: Send): Pick<Arrow, "letter" | "from" | "to" | "what"> {
  return { letter, from: process, to, what: short(what) };
}

/** Hashes by four digits: enough to tell apart those of one diagram. */
function short(what: string): string {
  return what.replace(/\b([0-9a-f]{4})[0-9a-f]{4}\b/g, "$1");
}
