// The rules for headers, by which a header is right or wrong for everyone. The clock of a host is none of them.
import {
  type HeaderHistory,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  type TargetParameters,
  targetOfCompact,
} from "@witan/primitives";
import { ancestorAt, type HeaderNode } from "./header-tree.ts";
import type { ChainHeader, PowFault } from "./types.ts";

/** The headers up to a node, by height. */
export function historyOf(node: HeaderNode): HeaderHistory {
  return { height: node.header.height, header: (height) => ancestorAt(node, height).header };
}

/** What is wrong with a header after its parent; undefined if nothing is. */
export function headerFault(
  parameters: TargetParameters,
  parent: HeaderNode,
  header: ChainHeader,
): PowFault | undefined {
  if (header.height !== parent.header.height + 1) return "header-height";
  const history = historyOf(parent);
  if (header.target !== nextTarget(parameters, history)) return "header-target";
  if (!meetsTarget(header.hash, header.target)) return "header-work";
  return header.timestamp > medianTimestamp(history) ? undefined : "header-timestamp";
}

/**
 * What is wrong with a header whose parent is unknown: no target is easier than the chain's limit, so it has cost work
 * whatever is prescribed where it belongs.
 */
export function orphanFault(parameters: TargetParameters, header: ChainHeader): PowFault | undefined {
  const target = targetOfCompact(header.target);
  const limit = targetOfCompact(parameters.targetLimit);
  if (target === undefined || limit === undefined || target > limit) return "header-target";
  return meetsTarget(header.hash, header.target) ? undefined : "header-work";
}
