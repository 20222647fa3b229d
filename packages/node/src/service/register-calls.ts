// Methods of registers: bytes in, bytes out, and why there are none. Validators of PBFT serve them; what a request does is the
// desk's.
import { type RegisterRequest, registerAnswerCodec, registerRequestCodec } from "@witan/consensus";
import { bytesToHex, hexToBytes } from "@witan/primitives";
import { RPC_ERRORS, RpcError } from "@witan/rpc";
import type { RegisterDeskRefusal } from "../registers/register-desk.ts";
import type { Calls, ServiceContext } from "./context.ts";
import { refuseIfStopping } from "./transaction-calls.ts";

/** Why a chain has no registers: they bear f validators that lie, and are reached by clients. */
const NO_REGISTERS = {
  "bp-fast-paxos":
    "this chain has no registers: acceptors of BP Fast Paxos are counted on not to lie and are out of clients' reach; registers need validators of PBFT",
  pow: "this chain has no registers: proof of work has no members that could keep them; registers need validators of PBFT",
} as const;

/** The methods named `register_…`. */
export function registerCalls(context: ServiceContext): Calls<"register"> {
  const { settings, registers } = context;
  const { mode } = settings.chain;
  const serving =
    (kind: RegisterRequest["kind"]) =>
    async ({ request: hex }: { readonly request: string }) => {
      refuseIfStopping(context);
      if (mode !== "pbft")
        throw new RpcError("mode-unsupported", { message: NO_REGISTERS[mode], data: { mode } });
      const decoded = registerRequestCodec.decode(hexToBytes(hex));
      if (!decoded.ok) throw invalid(decoded.detail ?? decoded.code);
      if (decoded.value.kind !== kind) throw invalid(`a request of kind ${decoded.value.kind}`);
      const served = await registers.desk.serve(decoded.value);
      if (!served.ok) throw refusal(served.code, served.detail);
      return { answer: bytesToHex(registerAnswerCodec.encode(served.value)) };
    };
  return {
    register_readTimestamp: serving("readTimestamp"),
    register_prepare: serving("prepare"),
    register_readAndPrepare: serving("readAndPrepare"),
    register_write: serving("write"),
    register_read: serving("read"),
    register_list: serving("list"),
  };
}

function invalid(detail: string): RpcError {
  const message = `${RPC_ERRORS["register-request-invalid"].message} (found ${detail})`;
  return new RpcError("register-request-invalid", { message, data: { detail } });
}

function refusal(code: RegisterDeskRefusal, detail = ""): RpcError {
  switch (code) {
    case "no-replica":
      return new RpcError("register-no-replica");
    case "taking-over":
      return new RpcError("syncing", {
        message:
          "this validator is new and does not know yet what the registers hold: ask again when it has taken them over, or ask others",
      });
    case "request-invalid":
      return invalid(detail);
    case "behind":
      return new RpcError("syncing", {
        message: `this node does not know the ${detail} yet: ask again when it has caught up, or ask others`,
      });
    case "busy":
      return new RpcError("busy");
    case "registers-full":
      return new RpcError("registers-too-many");
  }
}
