// The few declarations of Node that platform/node.ts uses: the pure packages are compiled without Node's types.
declare module "node:crypto" {
  export function hash(algorithm: "sha256", data: Uint8Array, encoding: "hex" | "latin1"): string;
}
declare module "node:buffer" {
  interface NodeBuffer {
    toString(encoding: "hex", start: number, end: number): string;
  }
  export const Buffer: {
    from(buffer: ArrayBufferLike, offset: number, length: number): NodeBuffer;
    compare(a: Uint8Array, b: Uint8Array): number;
  };
}
