// One name for everybody: checks and processes know each other by their places (`p3`); what people read has the name of who
// is there (`a3`, `v0'`). Put in where a world meets its readers, and nowhere else.
import type { Recorder } from "../world/recorder.ts";
import type { Actor, ReadyWorld } from "./outcome.ts";

/** A text with names in the place of places. What has no name stays as it is. */
export function named(text: string, actors: readonly Pick<Actor, "name">[]): string {
  return text.replace(/\bp(\d+)\b(?!')/g, (place, number: string) => actors[Number(number)]?.name ?? place);
}

/** The same world, whose recorder hears names, and whose violation has them. */
export function withNames(world: ReadyWorld): ReadyWorld {
  const { actors } = world;
  return {
    ...world,
    async run(recorder) {
      const outcome = await world.run(recorder && naming(recorder, actors));
      const { broken } = outcome;
      return { ...outcome, broken: broken && { ...broken, message: named(broken.message, actors) } };
    },
  };
}

function naming(recorder: Recorder, actors: readonly Actor[]): Recorder {
  return {
    happened(atUs, happening) {
      const { kind } = happening;
      const hasWords = kind !== "arrive" && kind !== "lose";
      recorder.happened(atUs, hasWords ? { ...happening, what: named(happening.what, actors) } : happening);
    },
  };
}
