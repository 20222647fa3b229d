export * from "./address.ts";
export * from "./keys.ts";
export * from "./peer-id.ts";
export * from "./schemes/fake.ts";
export * from "./schemes/noble.ts";
export * from "./schemes/scheme.ts";
export * from "./schemes/wasm.ts";
export * from "./shape.ts";
