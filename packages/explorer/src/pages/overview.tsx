// The overview: how the node does, the latest blocks as they come, how long they took, and in short what else there is.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useAsked, useLive, useMode, usePoll, useSurroundings } from "../parts/asking.ts";
import { BlocksTable } from "../parts/blocks-table.tsx";
import { Answer } from "../parts/failure.tsx";
import { FinalityTimes } from "../parts/finality-chart.tsx";
import { Facts, Page, Part } from "../parts/layout.tsx";
import { Mark } from "../parts/mark.tsx";
import { BlockLink, Short } from "../parts/names.tsx";
import { hrefOf } from "../route.ts";
import { bytesText, countText, grouped, spanText } from "../words.ts";

const BLOCKS = 15;

/** The overview. */
export function OverviewPage(): JSX.Element {
  const { live } = useSurroundings();
  const { blocks, change } = useLive();
  const mode = useMode();
  const listed = useAsked("blocks", (link) => link.rpc.call("chain_blocks", { limit: 60 }));
  useEffect(() => {
    if (listed.value !== undefined) live.addBlocks(listed.value.blocks);
  }, [live, listed.value]);
  return (
    <Page title="Overview">
      <div class="columns">
        <NodeInShort />
        <Consensus mode={mode} turn={change} />
        <MempoolInShort />
      </div>
      <FinalityTimes blocks={blocks} />
      <Part title="Latest blocks">
        <Answer asked={listed} what="the latest blocks">
          {() => <BlocksTable blocks={blocks.slice(0, BLOCKS)} />}
        </Answer>
      </Part>
    </Page>
  );
}

function NodeInShort(): JSX.Element {
  const head = useLive().blocks[0]?.height ?? 0;
  const asked = useAsked(
    "node",
    async (link) => {
      const [status, health] = await link.all([
        { method: "node_status", params: {} },
        { method: "node_health", params: {} },
      ]);
      return { ...status, ...health };
    },
    usePoll(3_000),
  );
  return (
    <Part title="This node">
      <Answer asked={asked} what="the node's state">
        {(node) => (
          <>
            <Facts
              list={[
                [
                  "State",
                  node.fit ? (
                    <Mark shape="check" tone="good">
                      fit
                    </Mark>
                  ) : (
                    <Mark shape="alarm" tone="bad">
                      not fit
                    </Mark>
                  ),
                ],
                ["Who", node.member === null ? node.role : `${node.member}, ${node.role}`],
                ["Network", node.network],
                ["Chain", <Short key="chain" text={node.chainId} />],
                ["Height", <BlockLink key="height" height={Math.max(head, node.height)} />],
                [
                  "Behind",
                  node.syncing === null ? undefined : `fetching up to ${grouped(node.syncing.target)}`,
                ],
                ["Connected to", countText(node.peers, "peer")],
                ["Program", node.agent],
              ]}
            />
            {node.reasons.map(({ reason, message }) => (
              <p key={reason} class="note">
                {message}
              </p>
            ))}
          </>
        )}
      </Answer>
    </Part>
  );
}

/** Nothing before the mode is known: chains of each refuse what is asked of the other. */
function Consensus(props: { readonly mode: ReturnType<typeof useMode>; readonly turn: number }): JSX.Element {
  const { mode, turn } = props;
  if (mode === undefined) return <Part title="Consensus">{null}</Part>;
  return mode === "pow" ? <MiningInShort turn={turn} /> : <ConsensusInShort turn={turn} />;
}

function ConsensusInShort({ turn }: { readonly turn: number }): JSX.Element {
  const poll = usePoll(1_000);
  const asked = useAsked(
    "consensus",
    async (link) => {
      const [explained, membership] = await link.all([
        { method: "consensus_explain", params: {} },
        { method: "consensus_membership", params: {} },
      ]);
      const acceptors = membership.members.filter(({ role }) => role === "acceptor").length;
      return { explained, quorum: membership.quorum, acceptors };
    },
    // What happens in one second is asked for once.
    turn === 0 ? 0 : poll,
  );
  return (
    <Part title="Consensus">
      <Answer asked={asked} what="the state of consensus">
        {({ explained, quorum, acceptors }) =>
          explained.mode === "pow" ? null : (
            <>
              <p>{explained.sentences[0] ?? "Nothing is said of it."}</p>
              <Facts
                list={[
                  [
                    "Proposes",
                    `${explained.proposer}, ${acceptors > 0 ? "round" : "view"} ${explained.view}`,
                  ],
                  [
                    "Members",
                    <a key="members" href={hrefOf("membership")}>
                      {acceptors > 0
                        ? `${explained.members.length}, quorum ${quorum} of ${acceptors} acceptors`
                        : `${explained.members.length}, quorum ${quorum}`}
                    </a>,
                  ],
                  ["Not here", gone(explained.members)],
                ]}
              />
              <p>
                <a href={hrefOf("consensus")}>Who votes now</a>
              </p>
            </>
          )
        }
      </Answer>
    </Part>
  );
}

/** In proof of work. */
function MiningInShort({ turn }: { readonly turn: number }): JSX.Element {
  const poll = usePoll(1_000);
  const asked = useAsked("mining", ({ rpc }) => rpc.call("consensus_explain", {}), turn === 0 ? 0 : poll);
  return (
    <Part title="Consensus">
      <Answer asked={asked} what="the state of consensus">
        {(explained) =>
          explained.mode !== "pow" ? null : (
            <>
              <p>{explained.sentences[1] ?? "Nothing is said of it."}</p>
              <Facts
                list={[
                  ["Last block", `${spanText(explained.lastBlockMs)} ago`],
                  ["Final up to", <BlockLink key="final" height={explained.finalHeight} />],
                  ["Mines here", explained.mining ? "yes" : "no"],
                ]}
              />
              <p>
                <a href={hrefOf("consensus")}>Where it stands</a>
              </p>
            </>
          )
        }
      </Answer>
    </Part>
  );
}

function gone(members: readonly { readonly name: string; readonly state: string }[]): string {
  const names = members.filter(({ state }) => state === "disconnected").map(({ name }) => name);
  return names.length === 0 ? "nobody" : names.join(", ");
}

function MempoolInShort(): JSX.Element {
  const asked = useAsked("mempool", ({ rpc }) => rpc.call("mempool_status", {}), usePoll(2_000));
  return (
    <Part title="Mempool">
      <Answer asked={asked} what="the mempool's state">
        {({ transactions, bytes, waiting, limits, oldestMs }) => (
          <>
            <Facts
              list={[
                ["Pending", `${grouped(transactions)} of at most ${grouped(limits.transactions)}`],
                ["Memory", `${bytesText(bytes)} of ${bytesText(limits.bytes)}`],
                ["Waiting for inputs", grouped(waiting)],
                ["Oldest", oldestMs === null ? "none" : `pending for ${spanText(oldestMs)}`],
              ]}
            />
            <p>
              <a href={hrefOf("mempool")}>Which transactions</a>
            </p>
          </>
        )}
      </Answer>
    </Part>
  );
}
