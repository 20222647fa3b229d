// Messages that the network lost, while nobody was there to whom they came: they end between two lines, in a cross, with the
// name of whom they were for.
import type { Arrow, Point, Scene, Weather } from "./scene.ts";

/** Such a message falls so far on paper. */
export const LOST_FALL = 12;
/** What is written beside the cross reaches so far below it. */
export const LOST_WORDS = 8;
/** How far across it comes. */
const LOST_SHARE = 0.6;

/** A message that was lost on the way. */
export type LostArrow = Arrow & { readonly sent: Point; readonly ended: Point };

/** Whether a message was lost on the way: it could have been for anybody beyond its cross. */
export function isOnTheWay(arrow: Arrow): arrow is LostArrow {
  const { sent, ended, isLost } = arrow;
  return isLost && sent !== undefined && ended?.atUs === sent.atUs;
}

/** All of them, by their ends. */
export function lostOnTheWay({ arrows }: Scene): ReadonlyMap<Point | Weather, LostArrow> {
  return new Map(arrows.filter(isOnTheWay).map((arrow) => [arrow.ended, arrow]));
}

/** How far across the cross stands, in columns. */
export function lostAcross({ from, to }: Pick<Arrow, "from" | "to">): number {
  return from + (to - from) * LOST_SHARE;
}

/** The process at whose right the cross stands. */
export function lostColumn(arrow: Pick<Arrow, "from" | "to">): number {
  return Math.floor(lostAcross(arrow));
}
