// Who decides, at one height: the members with their keys; and what governs the chain now.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { BlockLink, Short } from "../parts/names.tsx";
import { cleaned, hrefOf, isHeight } from "../route.ts";
import { countText, grouped, parameterText } from "../words.ts";

/** The members that decide a height; without one, the next block. */
export function MembershipPage({ height }: { readonly height: number | undefined }): JSX.Element {
  const asked = useAsked("mode", async (link) => (await link.chain()).mode);
  if (asked.value === undefined)
    return (
      <Page title="Members">
        <Answer asked={asked} what="how blocks come to count">
          {() => null}
        </Answer>
      </Page>
    );
  if (asked.value !== "pow") return <Members height={height} />;
  return (
    <Page title="Members" lead="Nobody decides here: this chain goes by proof of work.">
      <p>
        Whoever finds a block may add it, and the chain with the most work counts:{" "}
        <a href={hrefOf("consensus")}>where it stands</a>.
      </p>
      <Governing />
    </Page>
  );
}

function Members({ height }: { readonly height: number | undefined }): JSX.Element {
  const which = height === undefined ? "the next block" : `block ${grouped(height)}`;
  const asked = useAsked(`members ${height}`, ({ rpc }) =>
    rpc.call("consensus_membership", height === undefined ? {} : { height }),
  );
  return (
    <Page title="Members" lead={`Who decides ${which}.`}>
      <HeightForm height={height} />
      <Answer asked={asked} what={`the members that decide ${which}`}>
        {({ from, quorum, members }) => (
          <>
            <p>
              {deciding(members, quorum)} They decide from block <BlockLink height={from} /> on.{" "}
              {from > 1 ? <a href={hrefOf("membership", from - 1)}>Who decided before</a> : null}
            </p>
            <Table
              caption="Members"
              rows={members}
              empty="There are none."
              keyOf={({ name }) => name}
              columns={[
                { title: "Name", cell: ({ name }) => <strong>{name}</strong> },
                { title: "Role", cell: ({ role }) => role },
                { title: "Voting key", cell: ({ votingKey }) => <Short text={votingKey} /> },
                { title: "Operator's key", cell: ({ operatorKey }) => <Short text={operatorKey} /> },
                { title: "Peer", cell: ({ peerId }) => <Short text={peerId} /> },
              ]}
            />
            <WholeKeys members={members} />
          </>
        )}
      </Answer>
      <Governing />
    </Page>
  );
}

/** In proof of work it never changes. */
function Governing(): JSX.Element {
  const state = useAsked("governance", ({ rpc }) => rpc.call("governance_state", {}));
  return (
    <Part title="What governs the chain now">
      <Answer asked={state} what="what governs the chain">
        {({ sequence, parameters, clientsMode }) => (
          <>
            <Facts
              list={[
                ["Changes made so far", grouped(sequence)],
                ["Clients", clientsMode === "open" ? "anyone with a key" : "permitted keys only"],
              ]}
            />
            <Table
              caption="Parameters"
              rows={Object.entries(parameters)}
              isCompact
              empty="There are none."
              keyOf={([name]) => name}
              columns={[
                { title: "Parameter", narrow: "untitled", cell: ([name]) => name },
                {
                  title: "Value",
                  isNumber: true,
                  narrow: "untitled",
                  cell: ([name, value]) => parameterText(name, value),
                },
              ]}
            />
          </>
        )}
      </Answer>
    </Part>
  );
}

function deciding(members: readonly { readonly role: string }[], quorum: number): string {
  const acceptors = members.filter(({ role }) => role === "acceptor").length;
  const all = countText(members.length, "member");
  return acceptors === 0
    ? `${all}; a decision takes any ${quorum} of them.`
    : `${all}: ${countText(members.length - acceptors, "proposer")} and ${countText(acceptors, "acceptor")}; a decision takes any ${quorum} of the acceptors.`;
}

/** For who compares them: the table has their ends only. */
function WholeKeys({ members }: Pick<ResultOf<"consensus_membership">, "members">): JSX.Element {
  return (
    <details>
      <summary>All keys, whole</summary>
      {members.map(({ name, votingKey, operatorKey, peerId, rewardPolicy }) => (
        <section key={name} class="part">
          <h2>{name}</h2>
          <Facts
            list={[
              [
                "Voting key",
                <span key="voting" class="hash">
                  {votingKey}
                </span>,
              ],
              [
                "Operator's key",
                <span key="operator" class="hash">
                  {operatorKey}
                </span>,
              ],
              [
                "Peer",
                <span key="peer" class="hash">
                  {peerId}
                </span>,
              ],
              [
                "Rewards go to",
                /^0+$/.test(rewardPolicy) ? (
                  "nobody"
                ) : (
                  <span key="reward" class="hash">
                    {rewardPolicy}
                  </span>
                ),
              ],
            ]}
          />
        </section>
      ))}
    </details>
  );
}

function HeightForm({ height }: { readonly height: number | undefined }): JSX.Element {
  const [text, setText] = useState(height === undefined ? "" : String(height));
  const [fault, setFault] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    const wanted = cleaned(text);
    if (wanted !== "" && !isHeight(wanted)) setFault("A height is a whole number: 120, say.");
    else {
      setFault("");
      location.hash = hrefOf("membership", wanted);
    }
  };
  return (
    <form class="row" onSubmit={submit}>
      <label for="height">At height</label>
      <input
        id="height"
        inputMode="numeric"
        size={12}
        value={text}
        aria-describedby="height-fault"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit">Show</button>
      <span id="height-fault" class="note" role="status">
        {fault}
      </span>
    </form>
  );
}
