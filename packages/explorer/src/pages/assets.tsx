// The registered assets.
import type { JSX } from "preact";
import { useAsked } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Page, Table } from "../parts/layout.tsx";
import { grouped } from "../words.ts";

/** All assets. */
export function AssetsPage(): JSX.Element {
  const asked = useAsked("assets", ({ rpc }) => rpc.call("chain_assets", {}));
  return (
    <Page
      title="Assets"
      lead="Asset 0 is the native one, in which fees are paid. Others are registered by the members, and issued by whoever satisfies the issuance policy."
    >
      <Answer asked={asked} what="the assets">
        {({ assets }) => (
          <Table
            caption="Registered assets"
            rows={assets}
            empty="None is registered."
            keyOf={({ asset }) => asset}
            columns={[
              { title: "Number", isNumber: true, cell: ({ asset }) => grouped(asset) },
              { title: "Name", cell: ({ name }) => <strong>{name}</strong> },
              { title: "Decimals", isNumber: true, cell: ({ decimals }) => decimals },
              {
                title: "Issuance policy",
                cell: ({ issuancePolicyHash }) =>
                  /^0+$/.test(issuancePolicyHash) ? (
                    "nobody issues more"
                  ) : (
                    <span class="hash">{issuancePolicyHash}</span>
                  ),
              },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}
