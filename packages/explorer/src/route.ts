// Addresses within the page, behind its `#`: which page, and of what. Nothing secret may stand there: addresses are kept and
// passed on.

/** A page, and what it is about. */
export type Route =
  | { readonly page: "overview" | "assets" | "mempool" | "consensus" }
  | { readonly page: "membership"; readonly height: number | undefined }
  | { readonly page: "block" | "transaction" | "address"; readonly id: string }
  | { readonly page: "search"; readonly words: string }
  | { readonly page: "nowhere"; readonly path: string };

/** The pages that the navigation leads to, in its order. */
export const MENU = [
  { page: "overview", path: "", title: "Overview" },
  { page: "consensus", path: "consensus", title: "Consensus" },
  { page: "mempool", path: "mempool", title: "Mempool" },
  { page: "membership", path: "membership", title: "Members" },
  { page: "assets", path: "assets", title: "Assets" },
] as const;

/** The route of an address' part from `#` on. */
export function routeOf(fragment: string): Route {
  const path = fragment.replace(/^#?\/?/, "");
  const [first = "", ...rest] = path.split("/");
  const id = decoded(rest.join("/"));
  switch (first) {
    case "":
      return { page: "overview" };
    case "assets":
    case "mempool":
    case "consensus":
      return rest.length === 0 ? { page: first } : { page: "nowhere", path };
    case "membership":
      if (id === "") return { page: "membership", height: undefined };
      return isHeight(id) ? { page: "membership", height: Number(id) } : { page: "nowhere", path };
    case "block":
      return isHeight(id) || isHash(id) ? { page: "block", id } : { page: "nowhere", path };
    case "transaction":
      return isHash(id) ? { page: "transaction", id } : { page: "nowhere", path };
    case "address":
      return isAddress(id) ? { page: "address", id } : { page: "nowhere", path };
    case "search":
      return { page: "search", words: id };
    default:
      return { page: "nowhere", path };
  }
}

/** Where a link leads. */
export function hrefOf(page: string, id: string | number = ""): string {
  return id === "" ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`;
}

/** Whether a text is the number of a block. */
export function isHeight(text: string): boolean {
  return /^[0-9]{1,15}$/.test(text);
}

/** Whether a text has the form of a hash or an id. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Whether a text has the form of an address, of whatever chain. */
export function isAddress(text: string): boolean {
  return /^[a-z]{1,12}1[02-9ac-hj-np-z]{59}$/.test(text);
}

/** What a person means who types this: the route that shows it, or undefined if it has to be looked for, or is nothing. */
export function directRoute(words: string): string | undefined {
  const text = cleaned(words);
  if (isHeight(text)) return hrefOf("block", text);
  return isAddress(text) ? hrefOf("address", text) : undefined;
}

/** What was typed or pasted, without what comes along: spaces, commas in numbers, `#` before them, capitals. */
export function cleaned(words: string): string {
  const text = words
    .trim()
    .toLowerCase()
    .replace(/^0x(?=[0-9a-f]{64}$)/, "");
  const plain = text.replace(/^#/, "").replaceAll(/[\s_'’]/g, "");
  // 1,200 and 1.200 are heights with their thousands apart; 12.5 is none.
  const digits = /^\d{1,3}(?:[.,]\d{3})+$/.test(plain) ? plain.replaceAll(/[.,]/g, "") : plain;
  return isHeight(digits) ? digits : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
