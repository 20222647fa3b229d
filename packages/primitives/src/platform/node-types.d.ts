// The few declarations of Node that platform/node.ts uses: the pure packages are compiled without Node's types.
declare module "node:crypto" {
  export function hash(algorithm: "sha256", data: Uint8Array, encoding: "buffer"): Uint8Array;
  export function hash(algorithm: "sha256", data: Uint8Array, encoding: "hex"): string;
}
declare module "node:buffer" {
  export const Buffer: {
    from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: "hex"): string };
  };
}
