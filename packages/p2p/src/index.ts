// @witan/p2p: the network port on libp2p and in memory. It moves bytes between peers that are admitted, and knows no
// protocol of theirs.
export { type Libp2pNetworkOptions, openLibp2pNetwork } from "./libp2p/open-libp2p-network.ts";
export { MemoryHub, type MemoryNetworkOptions } from "./memory/memory-hub.ts";
export { NetworkError } from "./network-error.ts";
export { NETWORK_TIMES, type NetworkLimits, type NetworkSettings, type NetworkTimes } from "./settings.ts";
