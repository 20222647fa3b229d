// Ports that count what passes through them, for the metrics: what a node sends, signs and checks. Wraps a port and changes
// nothing of what it does; only nodes whose metrics are read have such.
import type { Miner, VoteSigner } from "@witan/node";
import type { Network, SignatureScheme, SignatureVerifier } from "@witan/primitives";

/** What is told of each thing that is counted. */
export interface PortCounts {
  /** A message to one peer. @param kind its channel, or `request`, or `answer` */
  sent(kind: string, bytes: number): void;
  /** Signatures of this node's own. */
  signed(signatures: number): void;
  /** Signatures of anybody that were checked. */
  checked(signatures: number): void;
  /** Where the nonces that a miner has tried are read. */
  mines(miner: Miner): void;
}

/** The ports of a node that are counted. */
export interface CountedPorts {
  readonly network: Network;
  readonly signer: VoteSigner;
  readonly verifier: SignatureVerifier;
  readonly scheme: SignatureScheme;
  readonly miner?: Miner;
}

/** The same ports, counted; a miner counts by itself. */
export function countedPorts(ports: CountedPorts, counts: PortCounts): Omit<CountedPorts, "miner"> {
  const { network, signer, verifier, scheme, miner } = ports;
  if (miner !== undefined) counts.mines(miner);
  return {
    network: countedNetwork(network, counts),
    signer: countedSigner(signer, counts),
    verifier: countedVerifier(verifier, counts),
    scheme: countedScheme(scheme, counts),
  };
}

/** A network whose messages are counted as they are handed over for sending. */
function countedNetwork(network: Network, counts: PortCounts): Network {
  return {
    get self() {
      return network.self;
    },
    start: (handlers) =>
      network.start({
        connected: (peer) => handlers.connected(peer),
        disconnected: (id, reason) => handlers.disconnected(id, reason),
        message: (from, channel, bytes) => handlers.message(from, channel, bytes),
        request: async (from, bytes) => {
          const answer = await handlers.request(from, bytes);
          if (answer !== undefined) counts.sent("answer", answer.length);
          return answer;
        },
      }),
    admit: (peers) => network.admit(peers),
    setHeight: (height) => network.setHeight(height),
    listening: () => network.listening(),
    peers: () => network.peers(),
    isConnected: (id) => network.isConnected(id),
    send: (to, channel, bytes) => {
      const isSent = network.send(to, channel, bytes);
      if (isSent) counts.sent(channel, bytes.length);
      return isSent;
    },
    request: (to, bytes, options) => {
      if (network.isConnected(to)) counts.sent("request", bytes.length);
      return network.request(to, bytes, options);
    },
    reportFault: (id, severity, code) => network.reportFault(id, severity, code),
    close: () => network.close(),
  };
}

/** A signer whose signatures are counted; a vote that is only noted is none. */
function countedSigner(signer: VoteSigner, counts: PortCounts): VoteSigner {
  return {
    get publicKeys() {
      return signer.publicKeys;
    },
    lastVotes: (publicKey) => signer.lastVotes(publicKey),
    signVote: async (publicKey, slot, digest) => {
      const signature = await signer.signVote(publicKey, slot, digest);
      if (signature.ok) counts.signed(1);
      return signature;
    },
    noteVote: (publicKey, slot, digest) => signer.noteVote(publicKey, slot, digest),
    signStatement: (publicKey, digest) => {
      counts.signed(1);
      return signer.signStatement(publicKey, digest);
    },
  };
}

/** A verifier whose checks are counted. */
function countedVerifier(verifier: SignatureVerifier, counts: PortCounts): SignatureVerifier {
  return {
    name: verifier.name,
    verify: async (checks, signal) => {
      const answer = await verifier.verify(checks, signal);
      if (answer.ok) counts.checked(checks.length);
      return answer;
    },
    close: () => verifier.close(),
  };
}

/** A scheme whose checks are counted. */
function countedScheme(scheme: SignatureScheme, counts: PortCounts): SignatureScheme {
  return {
    name: scheme.name,
    verify: (check) => {
      counts.checked(1);
      return scheme.verify(check);
    },
  };
}
