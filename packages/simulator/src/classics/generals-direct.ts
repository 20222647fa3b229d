// Generals without a world: the same engines, round by round, as fast as they go. For trying everything that traitors can say;
// what it finds, worlds show.
import { COMMANDER, OralMessages, type Order, SignedMessages, type SignedOrder } from "@witan/consensus";
import type { OralLie } from "./oral.ts";
import type { TraitorLetter } from "./signed.ts";

/** Generals of whom some are traitors. */
export interface DirectCrew {
  readonly generals: number;
  readonly traitorsMax: number;
  readonly traitors: readonly number[];
  readonly order: Order;
}

/** What every loyal lieutenant obeys, by place. */
export type Obeyed = ReadonlyMap<number, Order>;

interface Sent<Message> {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** OM(m), where traitors say this; what is not in it they say as they heard it. */
export function oralDirect(
  { generals, traitorsMax, traitors, order }: DirectCrew,
  lies: readonly OralLie[],
): Obeyed {
  const said = new Map(lies.map(({ path, to, say }) => [`${path.join()} ${to}`, say]));
  const engines = Array.from(
    { length: generals },
    (_, me) => new OralMessages({ me, generals, traitorsMax }),
  );
  let letters = sentBy(engines, (engine, place) =>
    place === COMMANDER ? engine.step({ kind: "request", request: { kind: "give", order } }) : [],
  );
  for (let round = 1; round <= traitorsMax + 1; round++) {
    for (const { from, to, message } of letters) {
      const say = traitors.includes(from) ? said.get(`${message.path.join()} ${to}`) : undefined;
      if (say === "nothing") continue;
      engines[to]?.step({ kind: "message", from, message: { ...message, order: say ?? message.order } });
    }
    letters = sentBy(engines, (engine) => engine.step({ kind: "tick" }));
  }
  return obeyedBy(engines, traitors);
}

/** SM(m), where traitors send these letters and nothing else. All chains hold: what is forged is not tried here. */
export function signedDirect(
  { generals, traitorsMax, traitors, order }: DirectCrew,
  letters: readonly TraitorLetter[],
): Obeyed {
  return obeyedBy(signedEngines({ generals, traitorsMax, traitors, order }, letters), traitors);
}

/** The same: what every engine knows in the end. */
export function signedEngines(
  { generals, traitorsMax, traitors, order }: DirectCrew,
  letters: readonly TraitorLetter[],
): readonly SignedMessages[] {
  const engines = Array.from(
    { length: generals },
    (_, me) => new SignedMessages({ me, generals, traitorsMax }),
  );
  const isLoyal = ({ from }: Sent<unknown>): boolean => !traitors.includes(from);
  let loyal = sentBy(engines, (engine, place) =>
    place === COMMANDER ? engine.step({ kind: "request", request: { kind: "give", order } }) : [],
  ).filter(isLoyal);
  for (let round = 1; round <= traitorsMax + 1; round++) {
    const lies = letters.filter((one) => one.round === round).map(sentLetter);
    for (const { from, to, message } of [...loyal, ...lies])
      engines[to]?.step({ kind: "message", from, message });
    loyal = sentBy(engines, (engine) => engine.step({ kind: "tick" })).filter(isLoyal);
  }
  return engines;
}

function sentLetter({ order, signers, to }: TraitorLetter): Sent<SignedOrder> {
  return { from: signers.at(-1) as number, to, message: { order, signers, signatures: [] } };
}

type Send<Message> = { readonly kind: "send"; readonly to: number; readonly message: Message };

function sentBy<Engine, Message>(
  engines: readonly Engine[],
  step: (engine: Engine, place: number) => readonly (Send<Message> | { readonly kind: "persist" | "tell" })[],
): readonly Sent<Message>[] {
  return engines.flatMap((engine, from) =>
    step(engine, from).flatMap((effect) =>
      effect.kind === "send" ? [{ from, to: effect.to, message: effect.message }] : [],
    ),
  );
}

function obeyedBy(
  engines: readonly { status(): { readonly obeys: Order | undefined } }[],
  traitors: readonly number[],
): Obeyed {
  return new Map(
    engines.flatMap((engine, place): readonly (readonly [number, Order])[] => {
      const { obeys } = engine.status();
      const counts = place !== COMMANDER && !traitors.includes(place) && obeys !== undefined;
      return counts ? [[place, obeys]] : [];
    }),
  );
}
