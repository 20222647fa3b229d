// One block: its header, who proposed and who signed it, its transactions.
import type { JSX } from "preact";
import {
  askBlock,
  type BriefTransaction,
  type ShownBlock,
  TRANSACTIONS_SHOWN,
} from "../chain/shown-block.ts";
import { useAsked, useLive } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { Mark } from "../parts/mark.tsx";
import { None, Time, TransactionLink, Whole } from "../parts/names.tsx";
import { hrefOf, isHeight } from "../route.ts";
import { bytesText, grouped } from "../words.ts";

/** A block by its height or hash. */
export function BlockPage({ id }: { readonly id: string }): JSX.Element {
  const asked = useAsked(`block ${id}`, (link) => askBlock(link, id));
  const title = isHeight(id) ? `Block ${grouped(id)}` : `Block ${asked.value?.height ?? "by its hash"}`;
  return (
    <Page title={title}>
      <Answer asked={asked} what={isHeight(id) ? `block ${id}` : "a block of this hash"}>
        {(block) => <BlockShown block={block} />}
      </Answer>
    </Page>
  );
}

function BlockShown({ block }: { readonly block: ShownBlock }): JSX.Element {
  const { height, hash, header, certificate, membership, mode } = block;
  const head = useLive().blocks[0]?.height ?? height;
  const proposer = height === 0 ? undefined : membership?.members[header.proposer]?.name;
  return (
    <>
      <nav aria-label="Neighbours" class="row">
        {height > 0 ? <a href={hrefOf("block", height - 1)}>← Block {grouped(height - 1)}</a> : null}
        {height < head ? <a href={hrefOf("block", height + 1)}>Block {grouped(height + 1)} →</a> : null}
      </nav>
      <Part title="Header">
        <Facts
          list={[
            ["Hash", <Whole key="hash" text={hash} name="block's hash" />],
            ["Time", <Time key="time" ms={header.timestamp} />],
            ["Proposer", proposer],
            ["Confirmations", mode === "pow" ? `${grouped(head - height + 1)}, its own counted` : undefined],
            [
              "Parent",
              height === 0 ? undefined : (
                <a key="parent" class="hash" href={hrefOf("block", height - 1)}>
                  {header.parent}
                </a>
              ),
            ],
            ["Size", block.bytes === undefined ? undefined : `${bytesText(block.bytes)} of transactions`],
            [
              "Transactions' root",
              <span key="root" class="hash">
                {header.transactionsRoot}
              </span>,
            ],
            [
              "Governance root",
              <span key="governance" class="hash">
                {header.governanceRoot}
              </span>,
            ],
            // Compact, as the header has it: docs/formats.md.
            ["Target", header.target === 0 ? undefined : `0x${header.target.toString(16)}, compact`],
            ["Nonce", header.target === 0 ? undefined : grouped(header.nonce)],
          ]}
        />
      </Part>
      {mode === "pow" ? null : (
        <Part title="Certificate">
          <Certificate certificate={certificate} membership={membership} height={height} />
        </Part>
      )}
      <Part
        title={`Transactions: ${grouped(block.count)}`}
        note="What a transfer pays to others than those who pay: their change is left out."
      >
        <Transactions transactions={block.transactions} />
        {block.count > TRANSACTIONS_SHOWN ? (
          <p class="note">
            The first {TRANSACTIONS_SHOWN} are listed. Any of the others is found by its id, in the box above.
          </p>
        ) : null}
      </Part>
    </>
  );
}

function Transactions({ transactions }: Pick<ShownBlock, "transactions">): JSX.Element {
  return (
    <Table<BriefTransaction>
      caption="Transactions of the block"
      isCompact
      rows={transactions}
      empty="The block holds no transaction."
      keyOf={({ transaction }) => transaction}
      columns={[
        { title: "Position", isNumber: true, cell: ({ index }) => grouped(index) },
        {
          title: "Transaction",
          narrow: "untitled",
          cell: ({ transaction }) => <TransactionLink id={transaction} />,
        },
        {
          title: "Kind",
          narrow: "untitled",
          cell: ({ brief }) => brief?.kind ?? <None why="not asked for" />,
        },
        {
          title: "Amount",
          isNumber: true,
          narrow: "untitled",
          cell: ({ brief }) => brief?.amounts.map((amount) => <div key={amount}>{amount}</div>),
        },
      ]}
    />
  );
}

function Certificate(props: Pick<ShownBlock, "certificate" | "membership" | "height">): JSX.Element {
  const { certificate, membership, height } = props;
  if (height === 0) return <p>Block 0 follows from the genesis: nobody needs to sign it.</p>;
  if (certificate === null || membership === undefined)
    return <p>The signatures are still being gathered. Open the block again in a moment.</p>;
  const signed = new Set(certificate.signatures.map(({ member }) => member));
  const members = membership.members.map((member, index) => ({ ...member, index }));
  // Proposers have no vote.
  const voters = members.filter(({ role }) => role !== "proposer");
  return (
    <>
      <p>
        {signed.size} of {voters.length} {certificate.kind === "pbft" ? "members" : "acceptors"} signed
        {certificate.kind === "pbft" ? ` in view ${certificate.view}` : ""}; {membership.quorum} are a quorum.{" "}
        {certificate.kind === "pbft"
          ? "That makes the block final, for good."
          : "That shows others that the block is final, for good: it was before."}
      </p>
      <ul class="marks">
        {voters.map(({ name, index }) => (
          <li key={name}>
            {signed.has(index) ? (
              <Mark shape="check" tone="good">{`${name}: signed`}</Mark>
            ) : (
              <Mark shape="ring" tone="plain">{`${name}: not in it`}</Mark>
            )}
          </li>
        ))}
      </ul>
      <p class="note">
        A certificate holds a quorum's signatures; who is not in it may have voted a moment later.{" "}
        <a href={hrefOf("membership", height)}>Members at this height</a>
      </p>
    </>
  );
}
