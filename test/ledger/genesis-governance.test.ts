// What governance says when a chain begins: asked for at every start and in every proof, so it is made once for a chain.
import assert from "node:assert/strict";
import { GovernanceView, genesisGovernance } from "@witan/ledger";
import { testChain, testGenesis } from "./build.ts";

describe("the governance of a genesis", () => {
  it("is made once for each chain, and is its own", () => {
    const [chain, same] = [testChain(testGenesis()), testChain(testGenesis())];
    const other = testChain({ ...testGenesis(), members: testGenesis().members.toReversed() });
    const first = genesisGovernance(chain);
    assert.equal(genesisGovernance(chain), first);
    assert.equal(genesisGovernance(same).root, first.root);
    assert.notEqual(genesisGovernance(other).root, first.root);
    assert.equal(new GovernanceView(chain.mode, first.state).root, first.root);
  });
});
