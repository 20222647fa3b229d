// One transaction: what became of it, what it moves, and its finality proof, verified here.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  askTransaction,
  type ShownInput,
  type ShownOutput,
  type ShownTransaction,
} from "../chain/shown-transaction.ts";
import { useAsked, usePoll } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { Mark, type Shape, type Tone } from "../parts/mark.tsx";
import { AddressLink, BlockLink, OUTPUT_OF, Time, Whole } from "../parts/names.tsx";
import { ProofCheck } from "../parts/proof-check.tsx";
import { amountText, bytesText, chanceText, countText, grouped, sumText } from "../words.ts";

/** A transaction by its id. */
export function TransactionPage({ id }: { readonly id: string }): JSX.Element {
  const poll = usePoll(1_000);
  const [isFinal, setFinal] = useState(false);
  // What is final for good stays as it is; before that it is asked for again, and in proof of work always.
  const asked = useAsked(`transaction ${id}`, (link) => askTransaction(link, id), isFinal ? -1 : poll);
  const state = asked.value?.state;
  const isForGood = state?.status === "final" && state.confirmations === undefined;
  useEffect(() => setFinal(isForGood), [isForGood]);
  return (
    <Page title="Transaction" lead={<Whole text={id} name="transaction's id" />}>
      <Answer asked={asked} what="this transaction">
        {(shown) => <TransactionShown id={id} shown={shown} />}
      </Answer>
    </Page>
  );
}

function TransactionShown({
  id,
  shown,
}: {
  readonly id: string;
  readonly shown: ShownTransaction;
}): JSX.Element {
  const { state, timestamp, content, fault } = shown;
  return (
    <>
      <Part title="What became of it">
        <Status state={state} />
        <Facts
          list={[
            ["Block", "index" in state ? <BlockLink key="block" height={state.height} /> : undefined],
            ["Position in it", "index" in state ? grouped(state.index) : undefined],
            ["Time of the block", timestamp === undefined ? undefined : <Time key="time" ms={timestamp} />],
          ]}
        />
        {fault === undefined ? null : (
          <p class="failure" role="alert">
            {fault}
          </p>
        )}
      </Part>
      {"index" in state ? <ProofCheck transaction={id} height={state.height} /> : null}
      {content === undefined ? null : <ContentShown content={content} />}
    </>
  );
}

type State = ShownTransaction["state"];

const MARKS: { readonly [S in State["status"]]: readonly [Shape, Tone] } = {
  final: ["check", "good"],
  included: ["ring", "wait"],
  pending: ["ring", "wait"],
  waiting: ["ring", "wait"],
  evicted: ["dash", "wait"],
  expired: ["cross", "bad"],
  rejected: ["cross", "bad"],
  unknown: ["dash", "plain"],
};

/** In proof of work. */
function depthText(depth: {
  readonly confirmations?: number;
  readonly reversalProbability?: number;
}): string {
  const { confirmations = 0, reversalProbability = 1 } = depth;
  return `${countText(confirmations, "confirmation")}, and would be undone with a chance of ${chanceText(reversalProbability)}`;
}

function Status({ state }: { readonly state: State }): JSX.Element {
  const [shape, tone] = MARKS[state.status];
  return (
    <p>
      <Mark shape={shape} tone={tone}>
        {state.status}
      </Mark>
      : {meaningOf(state)}
    </p>
  );
}

function meaningOf(state: State): JSX.Element {
  switch (state.status) {
    case "final":
      return state.confirmations === undefined ? (
        <>it is in a block that a quorum has decided, for good.</>
      ) : (
        <>it has {depthText(state)}, which this node calls final.</>
      );
    case "included":
      return <>it has {depthText(state)}: it can still be undone.</>;
    case "pending":
      return <>it was admitted, and waits for a block.</>;
    case "waiting":
      return <>it spends outputs that this node does not know yet.</>;
    case "evicted":
      return (
        <>
          this node does not hold it: {state.message} (<code>{state.code}</code>). Until{" "}
          <Time ms={state.possibleUntil} /> a block may still take it from elsewhere.
        </>
      );
    case "expired":
      return (
        <>
          block <BlockLink height={state.height} /> is later than it was valid, so none from there on can take
          it.
        </>
      );
    case "rejected":
      return (
        <>
          {state.message} (<code>{state.code}</code>)
        </>
      );
    case "unknown":
      return (
        <>
          this node has not heard of it, or has forgotten why it was not taken. Compare the id, or ask another
          node.
        </>
      );
  }
}

type Content = NonNullable<ShownTransaction["content"]>;

function ContentShown({ content }: { readonly content: Content }): JSX.Element {
  const { body } = content.sealed;
  return (
    <>
      <Part title={WHAT[body.kind]}>
        <Facts list={factsOf(content)} />
      </Part>
      {body.kind === "transfer" ? <Inputs inputs={content.inputs} /> : null}
      {"outputs" in body ? <Outputs outputs={content.outputs} /> : null}
    </>
  );
}

function factsOf({ sealed, assets }: Content): readonly (readonly [string, ComponentChildren])[] {
  const { body, witness } = sealed;
  if (body.kind === "reward") return [["Height", <BlockLink key="height" height={body.height} />]];
  if (body.kind === "governance")
    return [
      ["Change", <pre key="change">{JSON.stringify(body.change, undefined, 2)}</pre>],
      ["Sequence", grouped(body.sequence)],
      ["Approved by", countText(witness.signatures.length, "operator")],
    ];
  const amount = (one: { readonly asset: number; readonly amount: bigint }): string =>
    sumText(one.amount, one.asset, assets);
  const all = (list: Parameters<typeof amount>[0][]): string | undefined =>
    list.length === 0 ? undefined : list.map(amount).join(", ");
  return [
    ["Fee", amount({ asset: 0, amount: body.fee })],
    ["Issues", all([...body.issued])],
    ["Destroys", all([...body.destroyed])],
    ["Valid until", <Time key="until" ms={body.validUntil} />],
    ["Memo", body.memo === "" ? undefined : <Memo key="memo" hex={body.memo} />],
    ["Size", `${bytesText(sealed.bytes.length)}, ${countText(witness.signatures.length, "signature")}`],
  ];
}

function Inputs({ inputs }: Pick<Content, "inputs">): JSX.Element {
  return (
    <Part title={`Inputs: ${inputs.length}`}>
      <Table<ShownInput>
        caption="What it spends"
        rows={inputs}
        empty="It spends nothing."
        keyOf={({ transaction, index }) => `${transaction} ${index}`}
        columns={[
          OUTPUT_OF,
          {
            title: "From",
            cell: ({ spends }) => (spends ? <AddressLink address={spends.address} /> : <NotGiven />),
          },
          {
            title: "Amount",
            isNumber: true,
            cell: ({ spends }) => (spends ? amountOf(spends) : <NotGiven />),
          },
        ]}
      />
    </Part>
  );
}

function Outputs({ outputs }: Pick<Content, "outputs">): JSX.Element {
  const numbered = outputs.map((output, index) => ({ ...output, index }));
  return (
    <Part title={`Outputs: ${outputs.length}`}>
      <Table
        caption="What it pays"
        rows={numbered}
        empty="It pays nobody."
        keyOf={({ index }) => index}
        columns={[
          { title: "Position", isNumber: true, cell: ({ index }) => index },
          { title: "To", cell: ({ address }) => <AddressLink address={address} /> },
          { title: "Amount", isNumber: true, cell: (output) => amountOf(output) },
        ]}
      />
    </Part>
  );
}

const WHAT = { transfer: "What it moves", governance: "What it changes", reward: "A reward" } as const;

function amountOf({ amount, decimals, asset }: ShownOutput): string {
  return `${amountText(amount, decimals)} ${asset}`;
}

function NotGiven(): JSX.Element {
  return <span class="soft">not given by the node</span>;
}

/** As text where it is one, else in hex. */
function Memo({ hex }: { readonly hex: string }): JSX.Element {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!/\p{Cc}/u.test(text)) return <q>{text}</q>;
  } catch {
    // No text.
  }
  return <span class="hash">{hex}</span>;
}
