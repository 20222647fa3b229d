// How servers of the strawmen lie.
import { NOTHING_WRITTEN, type StrawmanMessage } from "@witan/consensus";
import type { ClassicConduct, EffectOf } from "./design.ts";
import type { StrawmanKinds } from "./strawmen.ts";

type Answer = Extract<StrawmanMessage, { readonly kind: "holds" }>;

/** A server whose answers to reads, and only those, are its own affair. */
function answering(
  name: string,
  says: string,
  answer: (holds: Answer) => string,
): ClassicConduct<StrawmanKinds> {
  return {
    says,
    make: (world) => ({
      effects: (_, effects) =>
        effects.map((effect): EffectOf<StrawmanKinds> => {
          if (effect.kind !== "send" || effect.message.kind !== "holds") return effect;
          world.count(name);
          return { ...effect, message: { ...effect.message, value: answer(effect.message) } };
        }),
    }),
  };
}

/** By name. */
export const STRAWMAN_CONDUCTS: Readonly<Record<string, ClassicConduct<StrawmanKinds>>> = {
  silent: {
    says: "answers nothing",
    make: (world) => ({
      effects(_, effects) {
        for (const effect of effects) if (effect.kind === "send") world.count("silent");
        return [];
      },
    }),
  },
  "keeps-nothing": answering("keeps-nothing", "says that it has written, and has not", () => NOTHING_WRITTEN),
  "makes-up": answering("makes-up", "answers with a value that nobody wrote", () => "x1"),
};
