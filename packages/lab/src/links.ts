// The links between the nodes of a network on this machine, as things that can be cut: each node dials every other through
// a TCP proxy of its own, and a cut link carries nothing, either way, until it is healed.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { LOOPBACK } from "./network-files.ts";

/** The proxy on the way from one node to another. */
interface Link {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  isCut: boolean;
}

/** All links of a network. */
export class Links {
  readonly #links: readonly (readonly Link[])[];

  private constructor(links: readonly (readonly Link[])[]) {
    this.#links = links;
  }

  /** Opens a proxy for each pair of nodes, in each direction. @param ports where the nodes listen for each other */
  static async open(ports: readonly number[]): Promise<Links> {
    const links = ports.map(() => ports.map((port) => linkTo(port)));
    await Promise.all(
      links.flat().map(
        ({ server }) =>
          new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(0, LOOPBACK, resolve);
          }),
      ),
    );
    return new Links(links);
  }

  /** The port by which one node reaches another. */
  port(from: number, to: number): number {
    return (this.#link(from, to).server.address() as AddressInfo).port;
  }

  /** Cuts every link between nodes of different groups; a node in no group keeps its links. */
  cut(groups: readonly (readonly number[])[]): void {
    for (const group of groups)
      for (const from of group)
        for (const to of groups.filter((other) => other !== group).flat()) {
          const link = this.#link(from, to);
          link.isCut = true;
          for (const socket of link.sockets) socket.destroy();
        }
  }

  /** Heals all links: who dials gets through again. */
  heal(): void {
    for (const link of this.#links.flat()) link.isCut = false;
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await Promise.all(
      this.#links.flat().map(({ server, sockets }) => {
        for (const socket of sockets) socket.destroy();
        return new Promise<void>((resolve) => server.close(() => resolve()));
      }),
    );
  }

  #link(from: number, to: number): Link {
    const link = this.#links[from]?.[to];
    if (link === undefined) throw new RangeError(`there is no link from node ${from} to node ${to}`);
    return link;
  }
}

function linkTo(port: number): Link {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (link.isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, LOOPBACK);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      // Which of the two ends breaks first is of no interest: `close` comes after either.
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const link: Link = { server, sockets, isCut: false };
  return link;
}
