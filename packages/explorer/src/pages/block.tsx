// One block: its header, who proposed and who signed it, its transactions.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import type { NodeLink } from "../chain/node-link.ts";
import { useAsked, useLive } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { Mark } from "../parts/mark.tsx";
import { BlockLink, Time, TransactionLink, Whole } from "../parts/names.tsx";
import { hrefOf, isHeight } from "../route.ts";
import { grouped } from "../words.ts";

/** Rows of transactions that are shown at first. */
const SHOWN = 200;

interface Block extends ResultOf<"chain_block"> {
  readonly membership: ResultOf<"consensus_membership"> | undefined;
}

async function askBlock({ rpc }: NodeLink, id: string): Promise<Block> {
  const which = isHeight(id) ? { height: Number(id) } : { hash: id };
  const block = await rpc.call("chain_block", which);
  // Block 0 was decided by nobody.
  const membership =
    block.height === 0 ? undefined : await rpc.call("consensus_membership", { height: block.height });
  return { ...block, membership };
}

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

function BlockShown({ block }: { readonly block: Block }): JSX.Element {
  const { height, hash, header, certificate, transactions, membership } = block;
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
            ["Before it", height === 0 ? undefined : <BlockLink key="parent" height={height - 1} />],
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
          ]}
        />
      </Part>
      <Part title="Certificate">
        <Certificate certificate={certificate} membership={membership} height={height} />
      </Part>
      <Part title={`Transactions: ${grouped(transactions.length)}`}>
        <Table
          caption="Transactions of the block"
          rows={transactions.slice(0, SHOWN).map(({ transaction }, index) => ({ transaction, index }))}
          empty="The block holds no transaction."
          keyOf={({ transaction }) => transaction}
          columns={[
            { title: "Position", isNumber: true, cell: ({ index }) => grouped(index) },
            { title: "Transaction", cell: ({ transaction }) => <TransactionLink id={transaction} /> },
          ]}
        />
        {transactions.length > SHOWN ? (
          <p class="note">
            The first {SHOWN} are listed. Any of the others is found by its id, in the box above.
          </p>
        ) : null}
      </Part>
    </>
  );
}

function Certificate(props: Pick<Block, "certificate" | "membership" | "height">): JSX.Element {
  const { certificate, membership, height } = props;
  if (height === 0) return <p>Block 0 follows from the genesis: nobody needs to sign it.</p>;
  if (certificate === null || membership === undefined)
    return <p>The signatures are still being gathered. Open the block again in a moment.</p>;
  const signed = new Set(certificate.signatures.map(({ member }) => member));
  return (
    <>
      <p>
        {signed.size} of {membership.members.length} members signed{" "}
        {certificate.kind === "pbft" ? `in view ${certificate.view}` : ""}; {membership.quorum} are a quorum.
        That makes the block final, for good.
      </p>
      <ul class="marks">
        {membership.members.map(({ name }, index) => (
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
