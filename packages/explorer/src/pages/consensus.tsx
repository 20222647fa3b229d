// Consensus as it goes: what it waits for in words, in which phase it stands, who has voted, how each member is, what
// happened lately.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import type { Happening, LiveBlock } from "../chain/live-chain.ts";
import { askSigners } from "../chain/shown-block.ts";
import { type ConsensusWords, consensusWords, type Explained, type VoteStatus } from "../consensus-words.ts";
import { useAsked, useLive, usePoll, useSurroundings } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { FinalityTimes } from "../parts/finality-chart.tsx";
import { type Column, Facts, Page, Part, Sentences, Table } from "../parts/layout.tsx";
import { Mark, type Shape, type Tone } from "../parts/mark.tsx";
import { BlockLink, Clock, None } from "../parts/names.tsx";
import { grouped, spanText } from "../words.ts";
import { Mining } from "./mining.tsx";

type Member = Explained["members"][number];

/** Of a block with more transactions it is not asked who signed it: with it come all their ids. */
const ASKED_TRANSACTIONS_MAX = 500;

/** Live consensus. */
export function ConsensusPage(): JSX.Element {
  const poll = usePoll(500);
  const { live } = useSurroundings();
  const { blocks, happenings } = useLive();
  const asked = useAsked(
    "consensus",
    async (link) => {
      const standing = [
        { method: "consensus_explain", params: {} },
        { method: "consensus_status", params: {} },
      ] as const;
      if ((await link.chain()).mode === "pow") {
        // Nobody votes, so there are no members.
        const [said, status] = await link.all(standing);
        return { mining: { said, status } };
      }
      const [explained, status, { members }] = await link.all([
        ...standing,
        { method: "consensus_membership", params: {} },
      ]);
      if (explained.mode === "pow" || status.mode === "pow") return { mining: { said: explained, status } };
      const proposers = members.filter(({ role }) => role === "proposer").map(({ name }) => name);
      const [last] = blocks;
      const isOpen = last !== undefined && last.height > 0 && last.signers.length === 0;
      // The event that told of the block came before its certificate.
      if (status.mode === "bp-fast-paxos" && isOpen && last.transactions <= ASKED_TRANSACTIONS_MAX)
        live.addSigners(last.hash, await askSigners(link, last));
      return { explained, status, proposers, at: Date.now() };
    },
    poll,
  );
  return (
    <Page title="Consensus" lead="As this node sees it, asked anew twice a second.">
      <Answer asked={asked} what="the state of consensus">
        {(told) =>
          "mining" in told ? (
            <>
              <Waits explained={told.mining.said} />
              <Part title="Where it stands">
                <Mining status={told.mining.status} />
              </Part>
            </>
          ) : (
            <>
              <Waits explained={told.explained} />
              <Standing
                explained={told.explained}
                words={consensusWords(told.status)}
                known={blocks[0]?.height}
              />
              <Part title="Members">
                <Members {...told} signed={blocks.find(isSigned)} />
              </Part>
            </>
          )
        }
      </Answer>
      <FinalityTimes blocks={blocks} />
      <Happenings list={happenings} />
    </Page>
  );
}

function isSigned({ signers }: LiveBlock): boolean {
  return signers.length > 0;
}

/** In the node's own words. */
function Waits({ explained }: { readonly explained: ResultOf<"consensus_explain"> }): JSX.Element {
  return (
    <Part title="What it waits for">
      <Sentences list={explained.sentences} />
      {explained.advice.length === 0 ? null : (
        <div class="advice">
          <Sentences list={explained.advice} />
        </div>
      )}
    </Part>
  );
}

function Standing(props: {
  readonly explained: Explained;
  readonly words: ConsensusWords;
  readonly known: number | undefined;
}): JSX.Element {
  const { turn, phases } = props.words;
  const { height, view, proposer, proposalSeen, votes, waitingFor, phase } = props.explained;
  // Nobody is asked for anything before there is a transaction.
  const isIdle = waitingFor === "transactions";
  return (
    <Part title="Where it stands">
      <Facts
        list={[
          ["Block", <BlockLinkOrNext key="block" {...{ height, isIdle }} known={props.known} />],
          [turn === "view" ? "View" : "Round", view],
          ["Proposes", <strong key="proposer">{proposer}</strong>],
          ["Proposal", proposalSeen ? "seen" : isIdle ? "none is due" : "not seen yet"],
          ["Votes", isIdle ? "none are due" : `${votes.have} of the ${votes.needed} needed`],
          [turn === "view" ? "View given up in" : "Proposer suspected in", turnEnd(props.explained)],
        ]}
      />
      <Phases phase={phase} list={phases} turn={turn} />
    </Part>
  );
}

/** The timer of a view that members ask for begins when a quorum does. */
function turnEnd({ nextTimeoutMs, waitingFor, votes }: Explained): string {
  if (nextTimeoutMs !== null) return spanText(nextTimeoutMs);
  if (waitingFor !== "view-changes") return "its timer rests";
  return `not before it begins: it waits for ${votes.needed} members to ask for it, ${votes.have} do`;
}

function Happenings({ list }: { readonly list: readonly Happening[] }): JSX.Element {
  return (
    <Part title="What happened" note="The newest first, since this page was opened.">
      {list.length === 0 ? <p class="empty">Nothing yet.</p> : null}
      <ol class="happenings" reversed>
        {list.map(({ id, at, kind, text }) => (
          <li key={id}>
            <span class="soft">
              <Clock ms={at} />
            </span>{" "}
            {kind === "block" ? null : (
              <>
                <Mark shape="alarm" tone="wait">
                  {KINDS[kind]}
                </Mark>{" "}
              </>
            )}
            {text}
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** What to call it that something else than a block came: another leads, or what was told is not so any more. */
const KINDS = { view: "view change", round: "trust change", undone: "undone", gap: "gap" } as const;

/** The block that is being decided has no page yet. */
function BlockLinkOrNext(props: {
  readonly height: number;
  readonly isIdle: boolean;
  readonly known: number | undefined;
}): JSX.Element {
  return props.known !== undefined && props.height <= props.known ? (
    <BlockLink height={props.height} />
  ) : (
    <>
      {grouped(props.height)}, {props.isIdle ? "the next" : "being decided"}
    </>
  );
}

/** The steps of a view or round in their order, the present one marked by a word; leaving it is a step of its own. */
function Phases(props: {
  readonly phase: Explained["phase"];
  readonly list: ConsensusWords["phases"];
  readonly turn: ConsensusWords["turn"];
}): JSX.Element {
  const { phase, list, turn } = props;
  const at = list.findIndex(([name]) => name === phase);
  return (
    <ol class="phases" aria-label={`Phases of a ${turn}`}>
      {list.map(([name, title], index) => (
        <li key={name} aria-current={index === at ? "step" : undefined} class={name}>
          {title} {index === at ? <span class="now">now</span> : null}
        </li>
      ))}
    </ol>
  );
}

/** Without words: what it did, the mode tells. */
const STATES: Readonly<
  Record<Member["state"], { readonly shape: Shape; readonly tone: Tone; readonly words: string }>
> = {
  me: { shape: "diamond", tone: "plain", words: "this node" },
  voted: { shape: "check", tone: "good", words: "has voted" },
  ready: { shape: "dash", tone: "plain", words: "ready" },
  silent: { shape: "ring", tone: "wait", words: "silent" },
  behind: { shape: "down", tone: "wait", words: "behind" },
  disconnected: { shape: "cross", tone: "bad", words: "disconnected" },
  equivocating: { shape: "alarm", tone: "bad", words: "" },
};

interface MembersProps {
  readonly explained: Explained;
  readonly status: VoteStatus;
  /** The names of those that have no vote. */
  readonly proposers: readonly string[];
  readonly at: number;
  /** The last block of which it is known who signed it. */
  readonly signed: LiveBlock | undefined;
}

function Members(props: MembersProps): JSX.Element {
  const { explained, status, at } = props;
  const { misdeed } = consensusWords(status);
  return (
    <Table
      caption="Members: how they are, and who has voted"
      isCompact
      rows={explained.members}
      empty="There are none."
      keyOf={({ name }) => name}
      columns={[
        {
          title: "Member",
          narrow: "untitled",
          cell: ({ name }) => (
            <>
              <strong>{name}</strong> {name === explained.proposer ? <span class="tag">proposes</span> : null}
            </>
          ),
        },
        {
          title: "State",
          narrow: "untitled",
          cell: ({ state }) => <State state={state} misdeed={misdeed} />,
        },
        ...voteColumns(props),
        {
          title: "Heard",
          cell: (member) => <Heard member={member} at={at} />,
        },
        {
          title: "Has block",
          isNumber: true,
          cell: ({ height }) => (height === null ? <None why="not known" /> : grouped(height)),
        },
      ]}
    />
  );
}

/** Who has voted in each step, who has signed the last block, who asks for the next view or round. */
function voteColumns({ status, proposers, signed }: MembersProps): readonly Column<Member>[] {
  const { votes, next, isChanging } = consensusWords(status);
  const column = (title: string, cellOf: (name: string) => JSX.Element): Column<Member> => {
    return { title, cell: ({ name }) => (proposers.includes(name) ? NO_VOTER : cellOf(name)) };
  };
  const steps = votes.map(([title, voters]) =>
    column(title, (name) => (status.phase === "idle" ? NO_VOTE : <Vote has={voters.includes(name)} />)),
  );
  const [nextTitle, asking] = next;
  const nobody = <None why="nobody asks for it" />;
  return [
    ...steps,
    // Votes for the next block come and go in a moment: those for the last one stay.
    ...(signed === undefined
      ? []
      : [
          column(`Signed block ${grouped(signed.height)}`, (name) => (
            <Vote has={signed.signers.includes(name)} />
          )),
        ]),
    column(nextTitle, (name) => (isChanging ? <Vote has={asking.includes(name)} /> : nobody)),
  ];
}

function State(props: Pick<Member, "state"> & { readonly misdeed: string }): JSX.Element {
  const { shape, tone, words } = STATES[props.state];
  return (
    <Mark shape={shape} tone={tone}>
      {words || props.misdeed}
    </Mark>
  );
}

function Heard({ member, at }: { readonly member: Member; readonly at: number }): JSX.Element {
  const { state, lastHeard } = member;
  if (state === "me") return <None why="it is this node" />;
  return <>{lastHeard === null ? "never" : `${spanText(Math.max(0, at - lastHeard))} ago`}</>;
}

/** While nothing is proposed nobody is asked. Kept: what lies below must not move with each block. */
const NO_VOTE = <None why="nothing to vote on" isKept />;

const NO_VOTER = <None why="a proposer has no vote" />;

function Vote({ has }: { readonly has: boolean }): JSX.Element {
  return has ? (
    <Mark shape="check" tone="good">
      yes
    </Mark>
  ) : (
    <span class="soft">no</span>
  );
}
