// The button that verifies a transaction's proof in this page, and the steps that it took.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { checkProof, type ProofReport, type ProofStep } from "../chain/check-proof.ts";
import { grouped } from "../words.ts";
import { useSurroundings } from "./asking.ts";
import { Failure } from "./failure.tsx";
import { Part } from "./layout.tsx";
import { Mark } from "./mark.tsx";

type Check =
  | { readonly kind: "not-asked" | "running" }
  | { readonly kind: "done"; readonly report: ProofReport }
  | { readonly kind: "failed"; readonly error: unknown };

/** The part of a transaction's page. */
export function ProofCheck(props: { readonly transaction: string; readonly height: number }): JSX.Element {
  const { link, onFailure } = useSurroundings();
  const [check, setCheck] = useState<Check>({ kind: "not-asked" });
  if (props.height === 0)
    return (
      <Part title="Proof">
        <p>It is in block 0, which follows from the genesis: there is nothing to prove.</p>
      </Part>
    );
  const run = (): void => {
    setCheck({ kind: "running" });
    checkProof(link, props.transaction).then(
      (report) => setCheck({ kind: "done", report }),
      (error: unknown) => {
        setCheck({ kind: "failed", error });
        onFailure(error);
      },
    );
  };
  return (
    <Part
      title="Proof"
      note={`The node says it is in block ${grouped(props.height)}. This page can check that itself.`}
    >
      <button type="button" onClick={run} aria-disabled={check.kind === "running"}>
        Verify in this page
      </button>
      <div role="status">
        {check.kind === "running" ? <p>Verifying …</p> : null}
        {check.kind === "done" ? <Verdict report={check.report} /> : null}
      </div>
      {check.kind === "failed" ? <Failure error={check.error} what="the proof" /> : null}
      {check.kind === "done" ? (
        <ol class="steps">
          {check.report.steps.map((step) => (
            <Step key={step.title} step={step} />
          ))}
        </ol>
      ) : null}
    </Part>
  );
}

function Verdict({ report }: { readonly report: ProofReport }): JSX.Element {
  return (
    <p class="verdict">
      {report.verified ? (
        <Mark shape="check" tone="good">
          {report.verdict}
        </Mark>
      ) : (
        <Mark shape="cross" tone="bad">
          {report.verdict}
        </Mark>
      )}
    </p>
  );
}

const MARKS = {
  trusted: { shape: "diamond", tone: "plain" },
  shown: { shape: "check", tone: "good" },
  failed: { shape: "cross", tone: "bad" },
} as const;

function Step({ step }: { readonly step: ProofStep }): JSX.Element {
  return (
    <li>
      <h3>
        <Mark {...MARKS[step.state]}>{step.title}</Mark>
      </h3>
      <p>{step.text}</p>
      {step.details.length === 0 ? null : (
        <ul class="details">
          {step.details.map((detail) => (
            <li key={detail} class={/^[0-9a-f]{64}$/.test(detail) ? "hash" : undefined}>
              {detail}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
