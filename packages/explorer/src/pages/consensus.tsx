// Consensus as it goes: what it waits for in words, in which phase it stands, who has voted, how each member is, what
// happened lately.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import type { Happening, LiveBlock } from "../chain/live-chain.ts";
import { useAsked, useLive, usePoll } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { FinalityChart } from "../parts/finality-chart.tsx";
import { type Column, Facts, Page, Part, Sentences, Table } from "../parts/layout.tsx";
import { Mark, type Shape, type Tone } from "../parts/mark.tsx";
import { BlockLink, Clock, None } from "../parts/names.tsx";
import { grouped, spanText } from "../words.ts";

type Explained = ResultOf<"consensus_explain">;
type Status = ResultOf<"consensus_status">;
type Member = Explained["members"][number];

/** Live consensus. */
export function ConsensusPage(): JSX.Element {
  const poll = usePoll(500);
  const { blocks, happenings } = useLive();
  const asked = useAsked(
    "consensus",
    async (link) => {
      const [explained, status] = await link.all([
        { method: "consensus_explain", params: {} },
        { method: "consensus_status", params: {} },
      ]);
      return { explained, status, at: Date.now() };
    },
    poll,
  );
  return (
    <Page title="Consensus" lead="As this node sees it, asked anew twice a second.">
      <Answer asked={asked} what="the state of consensus">
        {({ explained, status, at }) => (
          <>
            <Waits explained={explained} />
            <Standing explained={explained} known={blocks[0]?.height} />
            <Part title="Members">
              <Members explained={explained} status={status} at={at} last={blocks[0]} />
            </Part>
          </>
        )}
      </Answer>
      <Part
        title="How long blocks took"
        note="From when this node had something to decide until it was final. Views that were given up count."
      >
        <FinalityChart blocks={blocks} />
      </Part>
      <Happenings list={happenings} />
    </Page>
  );
}

/** In the node's own words. */
function Waits({ explained }: { readonly explained: Explained }): JSX.Element {
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

function Standing(props: { readonly explained: Explained; readonly known: number | undefined }): JSX.Element {
  const { height, view, proposer, proposalSeen, votes, waitingFor, phase } = props.explained;
  // Nobody is asked for anything before there is a transaction.
  const isIdle = waitingFor === "transactions";
  return (
    <Part title="Where it stands">
      <Facts
        list={[
          ["Block", <BlockLinkOrNext key="block" {...{ height, isIdle }} known={props.known} />],
          ["View", view],
          ["Proposes", <strong key="proposer">{proposer}</strong>],
          ["Proposal", proposalSeen ? "seen" : isIdle ? "none is due" : "not seen yet"],
          ["Votes", isIdle ? "none are due" : `${votes.have} of the ${votes.needed} needed`],
          ["View given up in", viewEnd(props.explained)],
        ]}
      />
      <Phases phase={phase} />
    </Part>
  );
}

/** The timer of a view that members ask for begins when a quorum does. */
function viewEnd({ nextTimeoutMs, waitingFor, votes }: Explained): string {
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
                  {kind === "view" ? "view change" : "gap"}
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

const PHASES = [
  ["idle", "Nothing proposed"],
  ["proposed", "Proposed: members prepare"],
  ["prepared", "Prepared: members commit"],
  ["deciding", "Decided: being written"],
] as const;

/** The steps of a view in their order, the present one marked by a word; a change of views is a step of its own. */
function Phases({ phase }: { readonly phase: Explained["phase"] }): JSX.Element {
  const list = phase === "changingView" ? ([...PHASES, ["changingView", "Changing views"]] as const) : PHASES;
  const at = list.findIndex(([name]) => name === phase);
  return (
    <ol class="phases" aria-label="Phases of a view">
      {list.map(([name, title], index) => (
        <li key={name} aria-current={index === at ? "step" : undefined} class={name}>
          {title} {index === at ? <span class="now">now</span> : null}
        </li>
      ))}
    </ol>
  );
}

const STATES: Readonly<
  Record<Member["state"], { readonly shape: Shape; readonly tone: Tone; readonly words: string }>
> = {
  me: { shape: "diamond", tone: "plain", words: "this node" },
  voted: { shape: "check", tone: "good", words: "has voted" },
  ready: { shape: "dash", tone: "plain", words: "ready" },
  silent: { shape: "ring", tone: "wait", words: "silent" },
  behind: { shape: "down", tone: "wait", words: "behind" },
  disconnected: { shape: "cross", tone: "bad", words: "disconnected" },
  equivocating: { shape: "alarm", tone: "bad", words: "votes twice" },
};

function Members(props: {
  readonly explained: Explained;
  readonly status: Status;
  readonly at: number;
  readonly last: LiveBlock | undefined;
}): JSX.Element {
  const { explained, status, at, last } = props;
  // Votes for the next block come and go in a moment: those for the last one stay.
  const signed: readonly Column<Member>[] =
    last === undefined || last.signers.length === 0
      ? []
      : [
          {
            title: `Signed block ${grouped(last.height)}`,
            cell: ({ name }) => <Vote has={last.signers.includes(name)} />,
          },
        ];
  const vote = (voters: readonly string[], name: string): JSX.Element =>
    status.phase === "idle" ? NO_VOTE : <Vote has={voters.includes(name)} />;
  const isChanging = status.phase === "changingView" || status.viewChanges.length > 0;
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
          cell: ({ state }) => <State state={state} />,
        },
        { title: "Prepare", cell: ({ name }) => vote(status.prepares, name) },
        { title: "Commit", cell: ({ name }) => vote(status.commits, name) },
        ...signed,
        {
          title: "Next view",
          cell: ({ name }) =>
            isChanging ? <Vote has={status.viewChanges.includes(name)} /> : <None why="nobody asks for it" />,
        },
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

function State({ state }: Pick<Member, "state">): JSX.Element {
  const { shape, tone, words } = STATES[state];
  return (
    <Mark shape={shape} tone={tone}>
      {words}
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

function Vote({ has }: { readonly has: boolean }): JSX.Element {
  return has ? (
    <Mark shape="check" tone="good">
      yes
    </Mark>
  ) : (
    <span class="soft">no</span>
  );
}
